#include "translator/message_form.h"

#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "translator/serialize.h"

namespace binnacle::translator {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;

constexpr absl::string_view kBlank = "blank\x1a://";

uint32_t LengthSize(uint32_t length) {
  return static_cast<uint32_t>(CodedOutputStream::VarintSize32(length));
}

char* Append(absl::string_view bytes, char* to) { return to + bytes.copy(to, bytes.size()); }

char* AppendLength(uint32_t length, char* to) {
  auto* end = CodedOutputStream::WriteVarint32ToArray(length, reinterpret_cast<uint8_t*>(to));
  return reinterpret_cast<char*>(end);
}

}  // namespace

std::string MessageForm::Blank(size_t index) { return absl::StrCat(kBlank, index); }

MessageForm::MessageForm(const google::protobuf::MessageLite& example)
    : MessageForm(Serialize(example)) {}

MessageForm::MessageForm(absl::string_view serialized) : fields_(1) { Read(serialized, 0); }

void MessageForm::Keep(absl::string_view bytes, uint32_t message) {
  absl::StrAppend(&fixed_, bytes);
  fields_[message].fixed_size += static_cast<uint32_t>(bytes.size());
}

void MessageForm::Read(absl::string_view bytes, uint32_t message) {
  CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()),
                      static_cast<int>(bytes.size()));
  size_t told = 0;
  while (const uint32_t tag = in.ReadTag()) {
    if (WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      WireFormatLite::SkipField(&in, tag);
      continue;
    }
    const auto length_at = static_cast<size_t>(in.CurrentPosition());
    uint32_t length = 0;
    in.ReadVarint32(&length);
    absl::string_view inside = bytes.substr(static_cast<size_t>(in.CurrentPosition()), length);
    in.Skip(static_cast<int>(length));
    if (!absl::StrContains(inside, kBlank)) continue;
    Keep(bytes.substr(told, length_at - told), message);
    told = static_cast<size_t>(in.CurrentPosition());
    const auto index = static_cast<uint32_t>(fields_.size());
    Field& field = fields_.emplace_back();
    field.within = message;
    field.begin = static_cast<uint32_t>(fixed_.size());
    uint32_t text = 0;
    absl::string_view number = inside;
    if (absl::ConsumePrefix(&number, kBlank) && absl::SimpleAtoi(number, &text)) {
      field.text = text;
    } else {
      Read(inside, index);
    }
  }
  Keep(bytes.substr(told), message);
}

void MessageForm::AppendTo(std::string& bytes, Texts texts) const {
  // What is inside comes after: from the end, sizes are known when needed.
  absl::InlinedVector<uint32_t, 32> sizes(fields_.size());
  for (size_t i = fields_.size() - 1; i > 0; --i) {
    const Field& field = fields_[i];
    sizes[i] += field.text.has_value() ? static_cast<uint32_t>(texts[*field.text].size())
                                       : field.fixed_size;
    sizes[field.within] += LengthSize(sizes[i]) + sizes[i];
  }
  const size_t before = bytes.size();
  bytes.resize(before + fields_[0].fixed_size + sizes[0]);
  char* to = bytes.data() + before;
  const absl::string_view fixed = fixed_;
  size_t written = 0;
  for (size_t i = 1; i < fields_.size(); ++i) {
    const Field& field = fields_[i];
    to = Append(fixed.substr(written, field.begin - written), to);
    written = field.begin;
    to = AppendLength(sizes[i], to);
    if (field.text.has_value()) to = Append(texts[*field.text], to);
  }
  Append(fixed.substr(written), to);
}

std::string MessageForm::Fill(Texts texts) const {
  std::string filled;
  AppendTo(filled, texts);
  return filled;
}

}  // namespace binnacle::translator
