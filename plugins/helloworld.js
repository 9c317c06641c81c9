// The smallest plugin: it says when it comes and when it goes.
exports.onLoad = function () {
  this.log("Hi, I'm the Hello world! plugin !");
};

exports.onUnload = function () {
  this.log('Goodbye !');
};
