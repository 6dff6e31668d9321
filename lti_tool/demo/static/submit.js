// Sends the one form of the page; its button stays for browsers that do not run this.
document.getElementById("lti").submit();
