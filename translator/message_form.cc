#include "translator/message_form.h"

#include <cstdint>

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

size_t LengthSize(size_t length) {
  return CodedOutputStream::VarintSize32(static_cast<uint32_t>(length));
}

char* Append(absl::string_view bytes, char* to) { return to + bytes.copy(to, bytes.size()); }

char* AppendLength(size_t length, char* to) {
  auto* end = CodedOutputStream::WriteVarint32ToArray(static_cast<uint32_t>(length),
                                                      reinterpret_cast<uint8_t*>(to));
  return reinterpret_cast<char*>(end);
}

}  // namespace

std::string MessageForm::Blank(size_t index) { return absl::StrCat(kBlank, index); }

MessageForm::MessageForm(const google::protobuf::MessageLite& example)
    : MessageForm(Serialize(example)) {}

MessageForm::MessageForm(absl::string_view serialized) : pieces_(Read(serialized)) {}

MessageForm::Pieces MessageForm::Read(absl::string_view bytes) {
  Pieces pieces;
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
    absl::string_view field = bytes.substr(static_cast<size_t>(in.CurrentPosition()), length);
    in.Skip(static_cast<int>(length));
    if (!absl::StrContains(field, kBlank)) continue;
    Piece& piece = pieces.emplace_back();
    piece.bytes = std::string(bytes.substr(told, length_at - told));
    if (absl::ConsumePrefix(&field, kBlank) && absl::SimpleAtoi(field, &piece.text)) {
      piece.then = Piece::Then::kText;
    } else {
      piece.then = Piece::Then::kMessage;
      piece.inside = Read(field);
    }
    told = static_cast<size_t>(in.CurrentPosition());
  }
  if (told < bytes.size()) pieces.emplace_back().bytes = std::string(bytes.substr(told));
  return pieces;
}

size_t MessageForm::SizeAfter(const Piece& piece, Texts texts) {
  return piece.then == Piece::Then::kText ? texts[piece.text].size() : SizeOf(piece.inside, texts);
}

size_t MessageForm::SizeOf(const Pieces& pieces, Texts texts) {
  size_t size = 0;
  for (const Piece& piece : pieces) {
    size += piece.bytes.size();
    if (piece.then == Piece::Then::kEnd) continue;
    const size_t after = SizeAfter(piece, texts);
    size += LengthSize(after) + after;
  }
  return size;
}

char* MessageForm::Write(const Pieces& pieces, Texts texts, char* to) {
  for (const Piece& piece : pieces) {
    to = Append(piece.bytes, to);
    if (piece.then == Piece::Then::kEnd) continue;
    to = AppendLength(SizeAfter(piece, texts), to);
    to = piece.then == Piece::Then::kText ? Append(texts[piece.text], to)
                                          : Write(piece.inside, texts, to);
  }
  return to;
}

std::string MessageForm::Fill(Texts texts) const {
  std::string filled(SizeOf(pieces_, texts), '\0');
  Write(pieces_, texts, filled.data());
  return filled;
}

}  // namespace binnacle::translator
