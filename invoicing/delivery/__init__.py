"""What happens to an invoice once it is sent: it is set as a paper and handed over to the buyer, once."""
