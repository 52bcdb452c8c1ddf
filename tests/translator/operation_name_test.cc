#include "translator/operation_name.h"

#include <catch2/catch.hpp>

namespace binnacle::translator {

TEST_CASE("operations are named after the destination") {
  CHECK(OperationOf("outbound|81|v1|a.b", "reviews", 80) == "a.b:81");
  CHECK(OperationOf("outbound|81||a.b", "reviews", 80) == "a.b:81");
}

TEST_CASE("without one destination the VirtualService stands for it") {
  CHECK(OperationOf("", "reviews", 80) == "reviews:80");
  CHECK(OperationOf("PassthroughCluster", "reviews", 80) == "reviews:80");
}

}  // namespace binnacle::translator
