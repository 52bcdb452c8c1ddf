#include "translator/memo.h"

#include <catch2/catch.hpp>

#include "../mesh/mesh_from.h"

namespace binnacle::translator {
namespace {

using mesh::FactKind;

constexpr char kSecret[] = R"(
apiVersion: v1
kind: Secret
metadata: {name: a, namespace: shop}
data: {x: YQ==}
)";
constexpr char kOther[] = R"(
apiVersion: v1
kind: Secret
metadata: {name: b, namespace: shop}
data: {x: YQ==}
)";

struct Counting {
  int builds = 0;
  std::shared_ptr<const int> operator()(mesh::View& view) {
    ++builds;
    return std::make_shared<const int>(view.Find<FactKind::kSecret>("shop/a") != nullptr);
  }
};

TEST_CASE("what was built is kept until something it read has changed") {
  mesh::Store store(mesh::DefaultSettings());
  MemoCounts counts;
  Memo<int> memo(&counts);
  Counting build;
  auto get = [&] {
    const auto snapshot = store.snapshot();
    mesh::View view(*snapshot);
    return *memo.Get("key", view, [&](mesh::View& reading) { return build(reading); });
  };
  CHECK(get() == 0);
  CHECK(get() == 0);
  store.Apply(mesh::Putting(kOther));
  CHECK(get() == 0);
  CHECK(build.builds == 1);
  store.Apply(mesh::Putting(kSecret));  // read as absent before
  CHECK(get() == 1);
  CHECK(build.builds == 2);
  CHECK(counts.builds == 2);
  CHECK(counts.hits == 2);
}

TEST_CASE("who uses a remembered part depends on what the part has read") {
  mesh::Store store(mesh::DefaultSettings());
  MemoCounts counts;
  Memo<int> memo(&counts);
  Counting build;
  auto inputs = [&] {
    const auto snapshot = store.snapshot();
    mesh::View view(*snapshot);
    memo.Get("key", view, [&](mesh::View& reading) { return build(reading); });
    return view.TakeInputs();
  };
  const auto first = inputs();
  CHECK(inputs().facts == first.facts);  // the second time from memory
  CHECK_FALSE(first.UnchangedIn(*store.Apply(mesh::Putting(kSecret))));
}

TEST_CASE("what nobody has asked for lately is forgotten") {
  mesh::Store store(mesh::DefaultSettings());
  MemoCounts counts;
  Memo<int> memo(&counts);
  const auto snapshot = store.snapshot();
  mesh::View view(*snapshot);
  memo.Get("key", view, Counting());
  memo.DropUnusedSince(snapshot->revision());
  CHECK(memo.size() == 1);
  memo.DropUnusedSince(snapshot->revision() + 1);
  CHECK(memo.size() == 0);
}

}  // namespace
}  // namespace binnacle::translator
