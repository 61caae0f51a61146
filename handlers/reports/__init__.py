"""Reports: residents write down work outside a shift, and somebody else says whether it was so."""
