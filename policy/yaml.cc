#include "policy/yaml.h"

#include <yaml.h>

#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "policy/scalar.h"
#include "policy/yaml_builder.h"
#include "policy/yaml_text.h"

namespace binnacle::policy {
namespace {

Mark MarkOfOffset(absl::string_view text, size_t offset, uint32_t first_line) {
  const absl::string_view before = text.substr(0, offset);
  const size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  Mark mark{first_line, 1};
  mark.line += static_cast<uint32_t>(std::count(before.begin(), before.end(), '\n'));
  for (char c : before.substr(line_start)) {
    if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) ++mark.column;  // characters, not bytes
  }
  return mark;
}

// One of libyaml's events, given back when it goes out of scope.
class Event {
 public:
  Event() = default;
  ~Event() { Free(); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  bool ReadFrom(yaml_parser_t& parser) {
    Free();
    held_ = yaml_parser_parse(&parser, &event_) == 1;
    return held_;
  }
  const yaml_event_t* operator->() const { return &event_; }
  const yaml_event_t& operator*() const { return event_; }

 private:
  void Free() {
    if (held_) yaml_event_delete(&event_);
    held_ = false;
  }

  yaml_event_t event_;
  bool held_ = false;
};

void AppendPathStep(const YamlNode& key, std::string& path) {
  if (!path.empty()) path += '.';
  absl::StrAppend(&path, key.text);
}

// Extends `path` to `target`, which is `node` or below it.
bool ExtendPath(const YamlNode& node, const YamlNode* target, std::string& path) {
  if (&node == target) return true;
  const size_t length = path.size();
  int index = 0;
  for (const YamlNode* child = node.first; child != nullptr; child = child->next) {
    if (node.is_mapping()) {
      AppendPathStep(*child, path);
      child = child->next;
    } else {
      absl::StrAppend(&path, "[", index++, "]");
    }
    if (ExtendPath(*child, target, path)) return true;
    path.resize(length);
  }
  return false;
}

}  // namespace

bool YamlNode::IsNull() const {
  return is_scalar() && style == ScalarStyle::kPlain &&
         ResolvePlainScalar(text).type == ScalarType::kNull;
}

const YamlNode* FindValue(const YamlNode& mapping, absl::string_view key) {
  if (!mapping.is_mapping()) return nullptr;
  for (const YamlNode* child = mapping.first; child != nullptr; child = child->next->next) {
    if (child->text == key) return child->next;
  }
  return nullptr;
}

std::string YamlDocument::PathOf(const YamlNode* node) const {
  std::string path;
  if (root_ == nullptr || node == nullptr || !ExtendPath(*root_, node, path)) return "";
  return path;
}

struct YamlReader::State {
  absl::string_view text;
  uint32_t first_line = 1;
  std::string joined;              // the text, where it had to be changed
  std::optional<YamlError> fault;  // in the text beyond what the parser is given
  std::optional<YamlError> error;
  yaml_parser_t parser;
  Event event;
  bool at_document = false;  // `event` is a document's start
  bool done = false;

  void Fail(YamlError failure) {
    error = std::move(failure);
    done = true;
  }
  bool Advance();
  bool ReadDocument(YamlDocument& document);
  bool ReachDocument();
  YamlError ParserError() const;
};

YamlError YamlReader::State::ParserError() const {
  const bool has_mark = parser.problem_mark.line > 0 || parser.problem_mark.column > 0 ||
                        parser.problem_mark.index > 0;
  const size_t index =
      parser.error == YAML_READER_ERROR ? parser.problem_offset : parser.problem_mark.index;
  YamlError failure;
  failure.mark = parser.error == YAML_READER_ERROR || !has_mark
                     ? MarkOfOffset(text, std::min(index, text.size()), first_line)
                     : MarkOf(parser.problem_mark, first_line);
  const char* problem = parser.problem == nullptr ? "out of memory" : parser.problem;
  const std::string context = parser.context == nullptr ? "" : absl::StrCat(parser.context, ": ");
  const bool at_tab = absl::StrContains(problem, "cannot start any token") &&
                      failure.mark.column > 0 && parser.unread > 0 &&
                      *parser.buffer.pointer == '\t';
  if (at_tab) {
    failure.message = "not YAML: a tab cannot indent; use spaces";
  } else if (parser.eof && parser.unread <= 1) {
    failure.mark = MarkOfOffset(text, text.size(), first_line);  // libyaml says a line too many
    failure.message = absl::StrCat("the text ends in the middle: ", context, problem);
  } else {
    failure.message = absl::StrCat("not YAML: ", context, problem);
  }
  return failure;
}

bool YamlReader::State::Advance() {
  if (event.ReadFrom(parser)) return true;
  Fail(ParserError());
  return false;
}

// Reads up to the event after the document, so that a fault right behind it is
// known before the document is given.
bool YamlReader::State::ReadDocument(YamlDocument& document) {
  YamlBuilder builder(document, first_line);
  while (event->type != YAML_DOCUMENT_END_EVENT) {
    if (auto failure = builder.Take(*event); failure.has_value()) {
      Fail(*std::move(failure));
      return false;
    }
    if (!Advance()) return false;
  }
  return ReachDocument() || !error.has_value();
}

// Advances to the next document's start. False at the end of the text.
bool YamlReader::State::ReachDocument() {
  do {
    if (!Advance()) return false;
  } while (event->type == YAML_STREAM_START_EVENT);
  at_document = event->type == YAML_DOCUMENT_START_EVENT;
  if (at_document) return true;
  done = true;
  error = fault;
  return false;
}

YamlReader::YamlReader(absl::string_view text, uint32_t first_line)
    : state_(std::make_unique<State>()) {
  State& state = *state_;
  absl::ConsumePrefix(&text, "\xef\xbb\xbf");  // a byte order mark
  state.text = text;
  state.first_line = first_line;
  if (const auto fault = FindTextFault(text); fault.has_value()) {
    state.fault = YamlError{MarkOfOffset(text, fault->offset, first_line), fault->message};
    state.text = text.substr(0, text.rfind('\n', fault->offset) + 1);
  }
  if (auto joined = JoinSurrogateEscapes(state.text); joined.has_value()) {
    state.joined = *std::move(joined);
    state.text = state.joined;
  }
  if (yaml_parser_initialize(&state.parser) == 0) {
    state.Fail({{first_line, 1}, "out of memory"});
    return;
  }
  yaml_parser_set_encoding(&state.parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(
      &state.parser, reinterpret_cast<const unsigned char*>(state.text.data()), state.text.size());
}

YamlReader::~YamlReader() { yaml_parser_delete(&state_->parser); }

bool YamlReader::Next(YamlDocument& document) {
  State& state = *state_;
  if (state.done) return false;
  if (!state.at_document && !state.ReachDocument()) return false;
  return state.ReadDocument(document);
}

const YamlError* YamlReader::error() const {
  return state_->error.has_value() ? &*state_->error : nullptr;
}

}  // namespace binnacle::policy
