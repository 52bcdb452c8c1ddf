// policy/object_reader.h
//
// One mapping of a document in, the object that it describes out: its words,
// its metadata, its body, and the rules that they must keep.
//
// Threads  one at a time.
// Errors   as findings; an object with an error is not given.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "policy/document.h"
#include "policy/finding.h"
#include "policy/object.h"
#include "policy/yaml.h"
#include "proto/policy/object_meta.pb.h"

namespace binnacle::policy {

// The two words by which a document says what it is; either may be empty.
struct TypeWords {
  std::string api_version;
  std::string kind;
};

class ObjectReader {
 public:
  ObjectReader(std::shared_ptr<const std::string> file, const ParseOptions& options)
      : file_(std::move(file)), options_(options) {}

  struct Result {
    std::shared_ptr<const Object> object;  // nullptr when refused
    std::optional<ObjectKey> key;          // when it could be named
    std::vector<Finding> findings;         // complete but for the file
  };

  // `faults` were found in `node` before: any refuses the object.
  Result Read(const YamlNode& node, Kind kind, const TypeWords& words, std::vector<Finding> faults);

 private:
  void ReadMetadata(const YamlNode& node, const TypeWords& words, Object& object,
                    std::vector<Finding>& findings);
  void ReadBody(const YamlNode& node, Object& object, std::vector<Finding>& findings);
  void CheckRules(const YamlNode& node, const Object& object, std::vector<Finding>& findings);

  const std::shared_ptr<const std::string> file_;
  const ParseOptions& options_;
  v1::ObjectMeta meta_;  // kept, for its memory
};

}  // namespace binnacle::policy
