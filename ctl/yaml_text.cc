#include "ctl/yaml_text.h"

#include <yaml.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "policy/scalar.h"

namespace binnacle::ctl {
namespace {

int Append(void* text, unsigned char* bytes, size_t size) {
  static_cast<std::string*>(text)->append(reinterpret_cast<const char*>(bytes), size);
  return 1;
}

// Bytes that are not UTF-8 become U+FFFD.
std::string ToUtf8(const std::string& text) {
  const std::string quoted = Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  return Json::parse(quoted).get<std::string>();
}

// Readers differ in what they take for a number, a date or a boolean, but all
// of those begin with a digit, a sign or a dot, or are among a few words.
bool IsPlainlyString(absl::string_view text) {
  if (text.empty()) return false;
  const char first = text[0];
  if (!absl::ascii_isalpha(static_cast<unsigned char>(first)) && first != '/') return false;
  return policy::ResolvePlainScalar(text).type == policy::ScalarType::kString;
}

yaml_scalar_style_t StyleOf(absl::string_view text) {
  if (absl::StrContains(text, '\n')) return YAML_LITERAL_SCALAR_STYLE;
  return IsPlainlyString(text) ? YAML_PLAIN_SCALAR_STYLE : YAML_SINGLE_QUOTED_SCALAR_STYLE;
}

class Emitter {
 public:
  explicit Emitter(std::string& text) {
    yaml_emitter_initialize(&emitter_);
    yaml_emitter_set_output(&emitter_, Append, &text);
    yaml_emitter_set_unicode(&emitter_, 1);
    yaml_emitter_set_width(&emitter_, -1);
  }
  ~Emitter() { yaml_emitter_delete(&emitter_); }
  Emitter(const Emitter&) = delete;
  Emitter& operator=(const Emitter&) = delete;

  void Document(const Json& value) {
    yaml_event_t event;
    yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING);
    Emit(event);
    yaml_document_start_event_initialize(&event, nullptr, nullptr, nullptr, 1);
    Emit(event);
    Value(value);
    yaml_document_end_event_initialize(&event, 1);
    Emit(event);
    yaml_stream_end_event_initialize(&event);
    Emit(event);
  }

 private:
  void Value(const Json& value) {
    if (value.is_object()) return Mapping(value);
    if (value.is_array()) return Sequence(value);
    if (value.is_string()) return String(value.get_ref<const std::string&>());
    std::string text = value.dump();
    // Without a point YAML 1.1 takes 1e+20 for a string.
    if (value.is_number_float() && !absl::StrContains(text, '.')) {
      const size_t exponent = text.find('e');
      if (exponent != std::string::npos) text.insert(exponent, ".0");
    }
    Scalar(text, YAML_PLAIN_SCALAR_STYLE);
  }

  void Mapping(const Json& value) {
    yaml_event_t event;
    yaml_mapping_start_event_initialize(&event, nullptr, nullptr, 1, StyleOfCollection(value));
    Emit(event);
    for (const auto& [key, entry] : value.items()) {
      String(key);
      Value(entry);
    }
    yaml_mapping_end_event_initialize(&event);
    Emit(event);
  }

  void Sequence(const Json& value) {
    yaml_event_t event;
    yaml_sequence_start_event_initialize(
        &event, nullptr, nullptr, 1,
        value.empty() ? YAML_FLOW_SEQUENCE_STYLE : YAML_BLOCK_SEQUENCE_STYLE);
    Emit(event);
    for (const Json& item : value) Value(item);
    yaml_sequence_end_event_initialize(&event);
    Emit(event);
  }

  static yaml_mapping_style_t StyleOfCollection(const Json& value) {
    return value.empty() ? YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE;
  }

  void String(const std::string& value) {
    const std::string text = ToUtf8(value);
    Scalar(text, StyleOf(text));
  }

  void Scalar(const std::string& text, yaml_scalar_style_t style) {
    yaml_event_t event;
    yaml_scalar_event_initialize(&event, nullptr, nullptr,
                                 reinterpret_cast<const yaml_char_t*>(text.data()),
                                 static_cast<int>(text.size()), 1, 1, style);
    Emit(event);
  }

  // After an error, of which lack of memory is the only one left, libyaml
  // refuses what follows.
  void Emit(yaml_event_t& event) { yaml_emitter_emit(&emitter_, &event); }

  yaml_emitter_t emitter_;
};

}  // namespace

std::string ToYaml(const Json& value) {
  std::string text;
  Emitter(text).Document(value);
  return text;
}

}  // namespace binnacle::ctl
