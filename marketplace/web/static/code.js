// A link to the page may carry the code after #, which no server and no log ever sees. It is moved into the field.
"use strict";
const field = document.getElementById("code");
const carried = decodeURIComponent(location.hash.slice(1));
if (field && carried && !field.value) {
  field.value = carried;
  history.replaceState(null, "", location.pathname);
}
