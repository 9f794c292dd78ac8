"""Looking into networks: pictures, drawn graphs and reports."""
