"""The reports that leave the authority: year tables, Uppföljning Finsam, and who wants to be told of them."""
