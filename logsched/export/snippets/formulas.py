"""Formulas such as `g = (1 + cos(pi * u))/2` as Python expressions."""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Mapping

ARRAYS = {"min": "minimum", "max": "maximum"}  # what arrays' modules call Python's functions


def parse(formula: str) -> ast.expr:
    """What a formula says after its `=`, with `log_b(x)` as log(x)/log(b)."""
    text = formula.rpartition(" = ")[2].replace("{i}", "i").replace("^", "**")
    text = re.sub(r"log_\{?(\w+)\}?\(", r"log_to(\1, ", text)
    tree: ast.expr = _Logarithms().visit(ast.parse(text, mode="eval").body)
    return tree


def names(formula: str) -> set[str]:
    """The names in a formula, those of functions as well."""
    return {node.id for node in ast.walk(parse(formula)) if isinstance(node, ast.Name)}


def python(formula: str, meaning: Mapping[str, str]) -> str:
    """A formula as Python for numbers, with names replaced; x/u is infinite at u = 0."""
    return show(_Names(meaning).visit(_Poles().visit(parse(formula))))


def for_arrays(
    formula: str, meaning: Mapping[str, str], module: str, arrays: Container[str]
) -> str:
    """A formula as Python for arrays, of which these names are some: functions of a module."""
    return show(_Names(meaning).visit(_Arrays(module, arrays).visit(parse(formula))))


def neat(source: str) -> str:
    """An expression without needless parentheses, times 1 and the like, spaced as formatters do."""
    return show(_Simpler().visit(ast.parse(source, mode="eval").body))


def is_plain(source: str) -> bool:
    """Whether an expression is a name or a number."""
    return isinstance(ast.parse(source, mode="eval").body, ast.Name | ast.Constant)


def show(tree: ast.expr) -> str:
    """The source of an expression, with no spaces around a power of simple operands."""
    return re.sub(r"(?<![\w)\]])([\w.]+) \*\* ([\w.]+)(?![\w.(\[])", r"\1**\2", ast.unparse(tree))


class _Logarithms(ast.NodeTransformer):
    """Writes log_to(b, x) as log(x)/log(b)."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if ast.unparse(node.func) != "log_to":
            return node
        base, number = (_call("log", one) for one in node.args)
        return ast.BinOp(number, ast.Div(), base)


class _Arrays(ast.NodeTransformer):
    """Takes functions of arrays from a module."""

    def __init__(self, module: str, arrays: Container[str]) -> None:
        self.module, self.arrays = module, arrays

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        name = ast.unparse(node.func)
        inside = [one.id for one in ast.walk(node) if isinstance(one, ast.Name)]
        if any(one in self.arrays for one in inside):
            return _call(f"{self.module}.{ARRAYS.get(name, name)}", *node.args)
        return node


class _Poles(ast.NodeTransformer):
    """Writes x/u as `x / u if u > 0 else inf`."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div) or ast.unparse(node.right) != "u":
            return node
        positive = ast.parse("u > 0", mode="eval").body
        return ast.IfExp(positive, node, ast.Name("inf"))


class _Names(ast.NodeTransformer):
    """Puts expressions in the places of names."""

    def __init__(self, meaning: Mapping[str, str]) -> None:
        self.meaning = meaning

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.parse(self.meaning.get(node.id, node.id), mode="eval").body


class _Simpler(ast.NodeTransformer):
    """Works out what is plain to see: x^0, 1 * x, x * 1, 0 * x, 0 + x, x + 0, x - 0, 1 - 1."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.BinOp(_, ast.Pow(), ast.Constant(0)):
                return ast.Constant(1)
            case ast.BinOp(ast.Constant(1), ast.Mult(), kept) | ast.BinOp(
                kept, ast.Mult() | ast.Div(), ast.Constant(1)
            ):
                return kept
            case ast.BinOp(ast.Constant(0), ast.Mult(), _):
                return ast.Constant(0)
            case ast.BinOp(ast.Constant(0), ast.Add(), kept) | ast.BinOp(
                kept, ast.Add() | ast.Sub(), ast.Constant(0)
            ):
                return kept
            case ast.BinOp(ast.Constant(1), ast.Sub(), ast.Constant(1)):
                return ast.Constant(0)
        return node


def _call(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(ast.parse(name, mode="eval").body, list(args), [])
