// Two bodies of human sizes, which those of the golden messages do not have.
#pragma once

#include "Golden.h"
#include "Stage.h"

namespace stage
{

/** The skeleton of the golden messages with the bodies of the golden retargeting. */
inline Skeleton human_skeleton()
{
	const Result<StreamMessage> decoded = decode_stream(golden::message("skeleton"));
	CHECK(static_cast<bool>(decoded));
	Skeleton skeleton = std::get<Skeleton>(*decoded);
	skeleton.rest_joints.clear();
	const golden::Json file = golden::json("retarget.json");
	for (const golden::Json& person : file["cases"][0]["persons"])
	{
		const auto joints = person["rest_joints"]["data"].get<std::vector<float>>();
		skeleton.rest_joints.insert(skeleton.rest_joints.end(), joints.begin(), joints.end());
	}
	return skeleton;
}

} // namespace stage
