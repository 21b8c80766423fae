const fs = require("fs");

/** Reads the configuration. */
«function readConfig(path, callback) {
  fs.readFile(path, "utf-8", (error, text) => {
    if (error) {
      callback(error);
      return;
    }
    // An empty file is an empty configuration.
    callback(null, text === "" ? {} : JSON.parse(text));
  });
}»

function main() {
  readConfig("config.json", (error, config) => console.log(error || config));
}

module.exports = { readConfig, main };
