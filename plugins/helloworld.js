// The smallest plugin: it logs a line when it is loaded and when it is unloaded.
exports.onLoad = function () {
  this.log("Hi, I'm the Hello world! plugin !");
};

exports.onUnload = function () {
  this.log('Goodbye !');
};
