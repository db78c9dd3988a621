"""Events: from finding one to what stays afterwards."""
