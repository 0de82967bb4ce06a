  draw();
  filter();
  go();
})();
