"""The recurrent translator of 2014, with or without attention: encoder, decoder, search."""
