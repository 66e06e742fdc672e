#include "Core/Wire/SkeletonReading.h"

namespace ponimator
{

Skeleton read_skeleton(FieldReader& reader)
{
	Skeleton skeleton;
	reader.map_of(
		required("session", [&] { skeleton.session = reader.session(); }),
		required(
			"joints",
			[&]
			{
				reader.list(
					limits::kJointCount, limits::kJointCount,
					[&](std::size_t index) { skeleton.joints[index] = reader.name(); });
			}),
		required(
			"parents",
			[&]
			{
				// A parent stands before its children, and only the first joint has none.
				reader.list(
					limits::kJointCount, limits::kJointCount,
					[&](std::size_t index)
					{
						const std::int64_t most = static_cast<std::int64_t>(index) - 1;
						skeleton.parents[index] = static_cast<std::int32_t>(reader.integer_within(most < 0 ? -1 : 0, most));
					});
			}),
		required(
			"rest_joints",
			[&] { skeleton.rest_joints = reader.floats(limits::kPersonCount * limits::kJointCount * 3); }),
		required(
			"names",
			[&]
			{
				reader.list(
					limits::kPersonCount, limits::kPersonCount,
					[&](std::size_t index) { skeleton.names[index] = reader.name(); });
			}),
		optional("frame", [&] { skeleton.frame = reader.name(); }));
	return skeleton;
}

} // namespace ponimator
