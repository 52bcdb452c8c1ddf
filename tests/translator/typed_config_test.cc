#include "translator/typed_config.h"

#include <catch2/catch.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/struct.pb.h"

namespace binnacle::translator {
namespace {

google::protobuf::Struct Fields(int first, int step) {
  google::protobuf::Struct fields;
  for (int i = 0; i < 50; ++i) {
    (*fields.mutable_fields())[absl::StrCat((first + i * step + 50) % 50)].set_number_value(1);
  }
  return fields;
}

}  // namespace

TEST_CASE("equal messages are packed into equal bytes, whatever the order of their maps") {
  const auto up = TypedConfig(Fields(0, 1));
  const auto down = TypedConfig(Fields(49, -1));
  CHECK(up.type_url() == "type.googleapis.com/google.protobuf.Struct");
  CHECK(up.value() == down.value());
  google::protobuf::Struct back;
  REQUIRE(up.UnpackTo(&back));
  CHECK(back.fields_size() == 50);
}

}  // namespace binnacle::translator
