#include "policy/decode.h"

#include <cmath>
#include <limits>
#include <optional>

#include "absl/algorithm/container.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "policy/go_duration.h"
#include "policy/message_schema.h"
#include "policy/nearest_word.h"
#include "policy/scalar.h"
#include "policy/word_list.h"

namespace binnacle::policy {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr size_t kLongestQuote = 60;
// A document of nothing but faults is not worth a finding for each.
constexpr size_t kMostFindings = 100;

std::string Quoted(absl::string_view text) {
  if (text.size() <= kLongestQuote) return absl::StrCat("\"", absl::Utf8SafeCEscape(text), "\"");
  return absl::StrCat("\"", absl::Utf8SafeCEscape(text.substr(0, kLongestQuote)), "...\"");
}

Scalar ScalarOf(const YamlNode& node) {
  return node.style == ScalarStyle::kPlain ? ResolvePlainScalar(node.text) : Scalar();
}

// Where one decoded value goes: a field, or one more item of it.
struct Slot {
  Message& message;
  const FieldDescriptor* field;

  template <typename Set, typename Add, typename T>
  void Put(Set set, Add add, T value) const {
    const Reflection& reflection = *message.GetReflection();
    if (field->is_repeated()) {
      (reflection.*add)(&message, field, std::move(value));
    } else {
      (reflection.*set)(&message, field, std::move(value));
    }
  }

  Message& Submessage() const {
    const Reflection& reflection = *message.GetReflection();
    return field->is_repeated() ? *reflection.AddMessage(&message, field)
                                : *reflection.MutableMessage(&message, field);
  }
};

class Decoder {
 public:
  Decoder(const DecodeOptions& options, std::vector<Finding>& findings)
      : options_(options), findings_(findings), first_finding_(findings.size()) {}

  void DecodeMessage(const YamlNode& node, const FieldPath& path, const MessageSchema& schema,
                     absl::Span<const absl::string_view> ignored, Message& message);

 private:
  void DecodeField(const YamlNode& key, const YamlNode& value, const FieldPath& path,
                   const SchemaField& field, Message& message);
  void DecodeList(const YamlNode& node, const FieldPath& path, const SchemaField& field,
                  Message& message);
  void DecodeMap(const YamlNode& node, const FieldPath& path, const SchemaField& field,
                 Message& message);
  void DecodeEntry(const YamlNode& key, const YamlNode& value, const FieldPath& path,
                   const SchemaField& field, Message& message);
  void DecodeValue(const YamlNode& node, const FieldPath& path, const SchemaField& field,
                   const Slot& slot);
  void DecodeScalar(const YamlNode& node, const FieldPath& path, const SchemaField& field,
                    const Slot& slot);

  void DecodeString(const YamlNode& node, const FieldPath& path, const Slot& slot);
  void DecodeBytes(const YamlNode& node, const FieldPath& path, const Slot& slot);
  void DecodeBool(const YamlNode& node, const FieldPath& path, const Slot& slot);
  void DecodeInteger(const YamlNode& node, const FieldPath& path, FieldShape shape,
                     const Slot& slot);
  void DecodeFloat(const YamlNode& node, const FieldPath& path, FieldShape shape, const Slot& slot);
  void DecodeEnum(const YamlNode& node, const FieldPath& path, const Slot& slot);
  void DecodeDuration(const YamlNode& node, const FieldPath& path, Message& message);
  void DecodeTimestamp(const YamlNode& node, const FieldPath& path, Message& message);
  void DecodeAnyValue(const YamlNode& node, const FieldPath& path, google::protobuf::Value& value);
  void DecodeStruct(const YamlNode& node, const FieldPath& path, google::protobuf::Struct& into);
  void DecodeListValue(const YamlNode& node, const FieldPath& path,
                       google::protobuf::ListValue& into);

  bool ReportTwice(const YamlNode& key, const FieldPath& path, const SchemaField& field,
                   const Message& message);
  void ReportUnknown(const YamlNode& key, const FieldPath& path, const MessageSchema& schema);
  void ReportType(const YamlNode& node, const FieldPath& path, absl::string_view expected,
                  std::string remedy = "");
  void Report(Mark mark, const FieldPath& path, std::string code, std::string message,
              std::string remedy = "");

  const DecodeOptions& options_;
  std::vector<Finding>& findings_;
  const size_t first_finding_;
};

void Decoder::Report(Mark mark, const FieldPath& path, std::string code, std::string message,
                     std::string remedy) {
  const size_t reported = findings_.size() - first_finding_;
  if (reported > kMostFindings) return;
  Finding finding;
  finding.line = mark.line;
  finding.column = mark.column;
  if (reported == kMostFindings) {
    finding.code = "too-many-faults";
    finding.message = "there are more faults; only the first are listed";
  } else {
    finding.code = std::move(code);
    finding.field = path.ToString();
    finding.message = std::move(message);
    finding.remedy = std::move(remedy);
  }
  findings_.push_back(std::move(finding));
}

void Decoder::ReportType(const YamlNode& node, const FieldPath& path, absl::string_view expected,
                         std::string remedy) {
  Report(node.mark, path, "wrong-type",
         absl::StrCat("expected ", expected, ", found ", Describe(node)), std::move(remedy));
}

void Decoder::ReportUnknown(const YamlNode& key, const FieldPath& path,
                            const MessageSchema& schema) {
  Report(key.mark, path, "unknown-field",
         absl::StrCat("unknown field; allowed are ", WordList(schema.names())),
         DidYouMean(key.text, schema.names()));
}

// A field cannot be set again, nor beside another of its union.
bool Decoder::ReportTwice(const YamlNode& key, const FieldPath& path, const SchemaField& field,
                          const Message& message) {
  const Reflection& reflection = *message.GetReflection();
  if (field.oneof != nullptr && reflection.HasOneof(message, field.oneof)) {
    const FieldDescriptor* other = reflection.GetOneofFieldDescriptor(message, field.oneof);
    if (other == field.descriptor) {
      Report(key.mark, path, "duplicate-key", "written twice, in two spellings");
      return true;
    }
    std::vector<absl::string_view> words;
    words.reserve(static_cast<size_t>(field.oneof->field_count()));
    for (int i = 0; i < field.oneof->field_count(); ++i) {
      words.emplace_back(field.oneof->field(i)->json_name());
    }
    Report(key.mark, path, "conflicting-fields",
           absl::StrCat("excludes ", other->json_name(), ", which is given too; only one of ",
                        WordList(words), " is allowed"));
    return true;
  }
  const bool is_set = field.descriptor->is_repeated()
                          ? reflection.FieldSize(message, field.descriptor) > 0
                          : reflection.HasField(message, field.descriptor);
  if (is_set) Report(key.mark, path, "duplicate-key", "written twice, in two spellings");
  return is_set;
}

void Decoder::DecodeMessage(const YamlNode& node, const FieldPath& path,
                            const MessageSchema& schema,
                            absl::Span<const absl::string_view> ignored, Message& message) {
  if (!node.is_mapping()) return ReportType(node, path, "a mapping");
  for (const YamlNode* key = node.first; key != nullptr; key = key->next->next) {
    const SchemaField* field = schema.Find(key->text);
    if (field != nullptr) {
      const FieldPath at = FieldPath::Field(path, field->name());
      DecodeField(*key, *key->next, at, *field, message);
    } else if (options_.strict && !absl::c_linear_search(ignored, key->text)) {
      ReportUnknown(*key, FieldPath::Field(path, key->text), schema);
    }
  }
}

void Decoder::DecodeField(const YamlNode& key, const YamlNode& value, const FieldPath& path,
                          const SchemaField& field, Message& message) {
  if (value.IsNull() && field.shape != FieldShape::kValue && !field.null_is_present) return;
  if (ReportTwice(key, path, field, message)) return;
  if (field.is_map) return DecodeMap(value, path, field, message);
  if (field.is_list) return DecodeList(value, path, field, message);
  DecodeValue(value, path, field, Slot{message, field.descriptor});
}

void Decoder::DecodeList(const YamlNode& node, const FieldPath& path, const SchemaField& field,
                         Message& message) {
  if (!node.is_sequence()) {
    const bool lone = node.is_scalar() && node.text.size() <= kLongestQuote;
    return ReportType(node, path, "a list", lone ? absl::StrCat("write [", node.text, "]") : "");
  }
  int index = 0;
  for (const YamlNode* item = node.first; item != nullptr; item = item->next) {
    const FieldPath at = FieldPath::Item(path, index++);
    DecodeValue(*item, at, field, Slot{message, field.descriptor});
  }
}

void Decoder::DecodeMap(const YamlNode& node, const FieldPath& path, const SchemaField& field,
                        Message& message) {
  if (!node.is_mapping()) return ReportType(node, path, "a mapping");
  for (const YamlNode* key = node.first; key != nullptr; key = key->next->next) {
    DecodeEntry(*key, *key->next, FieldPath::Entry(path, key->text), field, message);
  }
}

void Decoder::DecodeEntry(const YamlNode& key, const YamlNode& value, const FieldPath& path,
                          const SchemaField& field, Message& message) {
  Message& entry = *message.GetReflection()->AddMessage(&message, field.descriptor);
  const SchemaField& key_field = field.message->fields()[0];
  const SchemaField& value_field = field.message->fields()[1];
  YamlNode written_key = key;
  // A number as a key of words is its digits, and JSON quotes every key; but
  // `on` and `y` would silently be something else to other readers.
  const ScalarType type = ScalarOf(key).type;
  if (key_field.shape == FieldShape::kString && type != ScalarType::kBool) {
    written_key.style = ScalarStyle::kString;
  } else if (key_field.shape != FieldShape::kString) {
    written_key.style = ScalarStyle::kPlain;
  }
  const size_t before = findings_.size();
  DecodeScalar(written_key, path, key_field, Slot{entry, key_field.descriptor});
  if (findings_.size() != before) {  // no rule can say more of such an entry
    message.GetReflection()->RemoveLast(&message, field.descriptor);
    return;
  }
  const bool may_be_empty =
      value_field.shape == FieldShape::kString || field.descriptor->name() == "without_headers";
  if (value.IsNull() && may_be_empty) return;
  DecodeValue(value, path, value_field, Slot{entry, value_field.descriptor});
}

void Decoder::DecodeValue(const YamlNode& node, const FieldPath& path, const SchemaField& field,
                          const Slot& slot) {
  switch (field.shape) {
    case FieldShape::kMessage: {
      Message& message = slot.Submessage();
      if (node.IsNull() && field.null_is_present) return;
      return DecodeMessage(node, path, *field.message, {}, message);
    }
    case FieldShape::kWrapper: {
      Message& wrapper = slot.Submessage();
      const SchemaField& inner = field.message->fields()[0];
      return DecodeScalar(node, path, inner, Slot{wrapper, inner.descriptor});
    }
    case FieldShape::kDuration:
      return DecodeDuration(node, path, slot.Submessage());
    case FieldShape::kTimestamp:
      return DecodeTimestamp(node, path, slot.Submessage());
    case FieldShape::kStruct:
      return DecodeStruct(node, path, static_cast<google::protobuf::Struct&>(slot.Submessage()));
    case FieldShape::kValue:
      return DecodeAnyValue(node, path, static_cast<google::protobuf::Value&>(slot.Submessage()));
    case FieldShape::kListValue:
      return DecodeListValue(node, path,
                             static_cast<google::protobuf::ListValue&>(slot.Submessage()));
    default:
      return DecodeScalar(node, path, field, slot);
  }
}

void Decoder::DecodeScalar(const YamlNode& node, const FieldPath& path, const SchemaField& field,
                           const Slot& slot) {
  switch (field.shape) {
    case FieldShape::kString:
      return DecodeString(node, path, slot);
    case FieldShape::kBytes:
      return DecodeBytes(node, path, slot);
    case FieldShape::kBool:
      return DecodeBool(node, path, slot);
    case FieldShape::kEnum:
      return DecodeEnum(node, path, slot);
    case FieldShape::kFloat:
    case FieldShape::kDouble:
      return DecodeFloat(node, path, field.shape, slot);
    default:
      return DecodeInteger(node, path, field.shape, slot);
  }
}

void Decoder::DecodeString(const YamlNode& node, const FieldPath& path, const Slot& slot) {
  std::string value;
  if (node.is_scalar() && ScalarOf(node).type == ScalarType::kString) {
    value = std::string(node.text);
  } else if (node.is_scalar() && !node.IsNull()) {
    ReportType(node, path, "a string", absl::StrCat("quote it: \"", node.text, "\""));
  } else {
    ReportType(node, path, "a string");
  }
  slot.Put(&Reflection::SetString, &Reflection::AddString, std::move(value));
}

void Decoder::DecodeBytes(const YamlNode& node, const FieldPath& path, const Slot& slot) {
  std::string value;
  // Digits alone are base64 too.
  if (!node.is_scalar()) {
    ReportType(node, path, "base64");
  } else if (!absl::Base64Unescape(node.text, &value)) {
    Report(node.mark, path, "bad-base64", "not base64");
  }
  slot.Put(&Reflection::SetString, &Reflection::AddString, std::move(value));
}

void Decoder::DecodeBool(const YamlNode& node, const FieldPath& path, const Slot& slot) {
  Scalar scalar;
  if (node.is_scalar()) scalar = ScalarOf(node);
  if (scalar.type != ScalarType::kBool) {
    const bool quoted = node.is_scalar() && ResolvePlainScalar(node.text).type == ScalarType::kBool;
    ReportType(node, path, "true or false", quoted ? "remove the quotes" : "");
  }
  slot.Put(&Reflection::SetBool, &Reflection::AddBool, scalar.boolean);
}

struct Range {
  int64_t lowest;
  uint64_t highest;
};

Range RangeOf(FieldShape shape) {
  switch (shape) {
    case FieldShape::kInt32:
      return {std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()};
    case FieldShape::kUint32:
      return {0, std::numeric_limits<uint32_t>::max()};
    case FieldShape::kInt64:
      return {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()};
    default:
      return {0, std::numeric_limits<uint64_t>::max()};
  }
}

bool IsWithin(const Scalar& scalar, const Range& range) {
  if (!scalar.negative || scalar.magnitude == 0) return scalar.magnitude <= range.highest;
  const uint64_t deepest = static_cast<uint64_t>(-(range.lowest + 1)) + 1;
  return range.lowest < 0 && scalar.magnitude <= deepest;
}

// 5.0 and 1e3 are integers too, however they are written.
Scalar AsInteger(Scalar scalar) {
  constexpr double kExact = 9007199254740992;  // 2^53
  if (scalar.type != ScalarType::kFloat) return scalar;
  if (std::trunc(scalar.number) != scalar.number || std::fabs(scalar.number) > kExact) {
    return scalar;
  }
  scalar.type = ScalarType::kInt;
  scalar.negative = scalar.number < 0;
  scalar.magnitude = static_cast<uint64_t>(std::fabs(scalar.number));
  return scalar;
}

void PutInteger(const Scalar& scalar, FieldShape shape, const Slot& slot) {
  const auto value =
      static_cast<int64_t>(scalar.negative ? uint64_t{0} - scalar.magnitude : scalar.magnitude);
  switch (shape) {
    case FieldShape::kInt32:
      return slot.Put(&Reflection::SetInt32, &Reflection::AddInt32, static_cast<int32_t>(value));
    case FieldShape::kUint32:
      return slot.Put(&Reflection::SetUInt32, &Reflection::AddUInt32, static_cast<uint32_t>(value));
    case FieldShape::kInt64:
      return slot.Put(&Reflection::SetInt64, &Reflection::AddInt64, value);
    default:
      return slot.Put(&Reflection::SetUInt64, &Reflection::AddUInt64, scalar.magnitude);
  }
}

void Decoder::DecodeInteger(const YamlNode& node, const FieldPath& path, FieldShape shape,
                            const Slot& slot) {
  // The JSON form of 64-bit numbers is a string.
  const bool in_quotes = shape == FieldShape::kInt64 || shape == FieldShape::kUint64;
  Scalar scalar;
  if (node.is_scalar()) {
    scalar = AsInteger(in_quotes ? ResolvePlainScalar(node.text) : ScalarOf(node));
  }
  const Range range = RangeOf(shape);
  if (scalar.type == ScalarType::kInt && IsWithin(scalar, range)) {
    return PutInteger(scalar, shape, slot);
  }
  const bool too_large =
      scalar.type == ScalarType::kFloat && std::trunc(scalar.number) == scalar.number;
  if (scalar.type == ScalarType::kInt || too_large) {
    Report(node.mark, path, "out-of-range",
           absl::StrCat(node.text, " is out of range; allowed is ", range.lowest, " to ",
                        range.highest));
  } else {
    const bool quoted = node.is_scalar() && node.style == ScalarStyle::kString &&
                        ResolvePlainScalar(node.text).type == ScalarType::kInt;
    ReportType(node, path, "a whole number", quoted ? "remove the quotes" : "");
  }
  PutInteger(Scalar(), shape, slot);
}

void Decoder::DecodeFloat(const YamlNode& node, const FieldPath& path, FieldShape shape,
                          const Slot& slot) {
  Scalar scalar;
  if (node.is_scalar()) scalar = ScalarOf(node);
  if (scalar.type != ScalarType::kInt && scalar.type != ScalarType::kFloat) {
    ReportType(node, path, "a number");
  } else if (!std::isfinite(scalar.number)) {
    Report(node.mark, path, "out-of-range", absl::StrCat(node.text, " is not a finite number"));
    scalar.number = 0;
  }
  if (shape == FieldShape::kFloat) {
    slot.Put(&Reflection::SetFloat, &Reflection::AddFloat, static_cast<float>(scalar.number));
  } else {
    slot.Put(&Reflection::SetDouble, &Reflection::AddDouble, scalar.number);
  }
}

void Decoder::DecodeEnum(const YamlNode& node, const FieldPath& path, const Slot& slot) {
  const EnumDescriptor* type = slot.field->enum_type();
  const bool is_word = node.is_scalar() && ScalarOf(node).type == ScalarType::kString;
  const EnumValueDescriptor* value =
      is_word ? type->FindValueByName(std::string(node.text)) : nullptr;
  if (value == nullptr) {
    std::vector<absl::string_view> words;
    words.reserve(static_cast<size_t>(type->value_count()));
    for (int i = 0; i < type->value_count(); ++i) words.emplace_back(type->value(i)->name());
    if (is_word) {
      Report(
          node.mark, path, "bad-enum",
          absl::StrCat("unknown word ", Quoted(node.text), "; allowed are ", WordList(words, 20)),
          DidYouMean(node.text, words));
    } else {
      ReportType(node, path, absl::StrCat("one of ", WordList(words, 20)));
    }
    value = type->value(0);
  }
  slot.Put(&Reflection::SetEnum, &Reflection::AddEnum, value);
}

void Decoder::DecodeDuration(const YamlNode& node, const FieldPath& path, Message& message) {
  constexpr absl::string_view kExpected = "a duration such as \"5s\", \"100ms\" or \"1h30m\"";
  const ScalarType type = node.is_scalar() ? ScalarOf(node).type : ScalarType::kNull;
  if (type != ScalarType::kString) {
    const bool number = type == ScalarType::kInt || type == ScalarType::kFloat;
    return ReportType(node, path, kExpected,
                      number ? absl::StrCat("write ", node.text, "s for seconds") : "");
  }
  const auto duration = ParseGoDuration(node.text);
  if (!duration.has_value()) {
    return Report(node.mark, path, "bad-duration",
                  absl::StrCat("expected ", kExpected, ", found ", Quoted(node.text)));
  }
  auto& into = static_cast<google::protobuf::Duration&>(message);
  absl::Duration rest = *duration;
  into.set_seconds(absl::IDivDuration(rest, absl::Seconds(1), &rest));
  into.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
}

void Decoder::DecodeTimestamp(const YamlNode& node, const FieldPath& path, Message& message) {
  absl::Time time;
  std::string error;
  const bool is_text = node.is_scalar() && ScalarOf(node).type == ScalarType::kString;
  if (!is_text || !absl::ParseTime(absl::RFC3339_full, node.text, &time, &error)) {
    return Report(
        node.mark, path, "bad-timestamp",
        absl::StrCat("expected a time such as \"2024-05-01T12:00:00Z\", found ", Describe(node)));
  }
  auto& into = static_cast<google::protobuf::Timestamp&>(message);
  into.set_seconds(absl::ToUnixSeconds(time));
  into.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(into.seconds()))));
}

void Decoder::DecodeAnyValue(const YamlNode& node, const FieldPath& path,
                             google::protobuf::Value& value) {
  if (node.is_mapping()) return DecodeStruct(node, path, *value.mutable_struct_value());
  if (node.is_sequence()) return DecodeListValue(node, path, *value.mutable_list_value());
  const Scalar scalar = ScalarOf(node);
  switch (scalar.type) {
    case ScalarType::kNull:
      return value.set_null_value(google::protobuf::NULL_VALUE);
    case ScalarType::kBool:
      return value.set_bool_value(scalar.boolean);
    case ScalarType::kInt:
    case ScalarType::kFloat:
      return value.set_number_value(scalar.number);
    case ScalarType::kString:
      return value.set_string_value(std::string(node.text));
  }
}

void Decoder::DecodeStruct(const YamlNode& node, const FieldPath& path,
                           google::protobuf::Struct& into) {
  if (!node.is_mapping()) return ReportType(node, path, "a mapping");
  for (const YamlNode* key = node.first; key != nullptr; key = key->next->next) {
    const FieldPath at = FieldPath::Field(path, key->text);
    DecodeAnyValue(*key->next, at, (*into.mutable_fields())[std::string(key->text)]);
  }
}

void Decoder::DecodeListValue(const YamlNode& node, const FieldPath& path,
                              google::protobuf::ListValue& into) {
  if (!node.is_sequence()) return ReportType(node, path, "a list");
  int index = 0;
  for (const YamlNode* item = node.first; item != nullptr; item = item->next) {
    DecodeAnyValue(*item, FieldPath::Item(path, index++), *into.add_values());
  }
}

}  // namespace

std::string Describe(const YamlNode& node) {
  if (node.is_mapping()) return "a mapping";
  if (node.is_sequence()) return "a list";
  switch (ScalarOf(node).type) {
    case ScalarType::kNull:
      return "nothing";
    case ScalarType::kBool:
      return absl::StrCat("the boolean ", node.text);
    case ScalarType::kInt:
    case ScalarType::kFloat:
      return absl::StrCat("the number ", node.text.substr(0, kLongestQuote));
    case ScalarType::kString:
      break;
  }
  return absl::StrCat("the string ", Quoted(node.text));
}

void Decode(const YamlNode& node, const FieldPath& path, const DecodeOptions& options,
            Message& message, std::vector<Finding>& findings) {
  Decoder(options, findings)
      .DecodeMessage(node, path, MessageSchema::Of(message.GetDescriptor()), options.ignored,
                     message);
}

}  // namespace binnacle::policy
