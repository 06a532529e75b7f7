"""Pictures in files, on Matplotlib's figures."""
