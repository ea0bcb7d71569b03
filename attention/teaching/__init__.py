"""What a chapter needs around its subject: a set-up, figures, exercises that grade themselves."""
