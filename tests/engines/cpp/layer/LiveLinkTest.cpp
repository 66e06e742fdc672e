// Live Link gets the two bodies as subjects: names and parents once, poses in Unreal's frame.
#include "Stage.h"

using namespace stage;

namespace
{

/** A source whose session shows motion. */
struct Playing
{
	Playing()
	{
		session = session_on(server);
		source = MakeShared<FPonimatorLiveLinkSource>(session.ToSharedRef());
		link.AddSource(source);
		server.say(motion());
		CHECK(wait_for([this] {
			update();
			if (session->GetConnection() == EPonimatorConnection::Connected && !is_told)
			{
				// What was said before the subscription is lost.
				server.say(motion());
				is_told = true;
			}
			return !link.frames.empty();
		}));
	}

	void update()
	{
		++GFrameCounter;
		source->Update();
	}

	fake::Server server;
	TSharedPtr<FPonimatorSession> session;
	TSharedPtr<ILiveLinkSource> source;
	LiveLink link;
	bool is_told = false;
};

} // namespace

TEST(the_skeleton_is_pushed_once_for_each_subject)
{
	Playing playing;
	for (int update = 0; update < 20; ++update)
	{
		playing.update();
	}
	CHECK_EQUAL(playing.link.subjects.Num(), 2);
	const Skeleton& skeleton = *playing.session->GetSkeleton();
	for (std::size_t person = 0; person < 2; ++person)
	{
		CHECK(playing.link.subjects[static_cast<int32>(person)] == FName(UTF8_TO_TCHAR(skeleton.names[person].c_str())));
	}
	CHECK(playing.link.subjects[0] != playing.link.subjects[1]);
	CHECK_EQUAL(playing.link.skeleton.GetBoneNames().Num(), 55);
	CHECK_EQUAL(playing.link.skeleton.GetBoneParents()[0], -1);
	for (int32 bone = 1; bone < 55; ++bone)
	{
		CHECK(playing.link.skeleton.GetBoneParents()[bone] < bone);
	}
}

TEST(poses_stand_where_the_wire_says_in_unreal_s_frame)
{
	Playing playing;
	playing.link.frames.clear();
	playing.update();
	CHECK_EQUAL(playing.link.frames.size(), 2u);
	const Skeleton& skeleton = *playing.session->GetSkeleton();
	const Shown& shown = playing.session->GetShown();
	CHECK(shown.persons.has_value());
	for (std::size_t person = 0; person < 2 && shown.persons; ++person)
	{
		const retarget::SourceBody body = body_of(skeleton, (*shown.persons)[person], person);
		const TArray<FTransform> bones = composed(playing.link.frames[person].transforms, [&](int32 bone) {
			return playing.link.skeleton.GetBoneParents()[bone];
		});
		double worst = 0.0;
		for (std::size_t joint = 0; joint < 55; ++joint)
		{
			// Written out here, and not taken from the code under test: 100 (x, z, y).
			const FVector expected(100.0 * body.positions[joint].x, 100.0 * body.positions[joint].z, 100.0 * body.positions[joint].y);
			worst = std::max(worst, apart(bones[static_cast<int32>(joint)].GetTranslation(), expected));
		}
		CHECK_NEAR(worst, 0.0, 0.01);
	}
}

TEST(world_time_is_the_engine_s_and_never_goes_back)
{
	Playing playing;
	const double before = FPlatformTime::Seconds();
	playing.link.frames.clear();
	for (int update = 0; update < 5; ++update)
	{
		playing.update();
	}
	double last = before;
	for (const LiveLink::Frame& frame : playing.link.frames)
	{
		CHECK(frame.time >= last);
		last = frame.time;
	}
	CHECK(last <= FPlatformTime::Seconds());
}

TEST(all_who_ask_in_one_frame_of_the_engine_see_one_pose)
{
	Playing playing;
	const Shown* first = &playing.session->GetShown();
	const double place = *first->place;
	std::this_thread::sleep_for(std::chrono::milliseconds(30));
	CHECK_EQUAL(*playing.session->GetShown().place, place);
	++GFrameCounter;
	CHECK(*playing.session->GetShown().place > place);
}

TEST(live_link_is_told_to_add_no_delay)
{
	fake::Server server;
	const TSharedPtr<ILiveLinkSource> source = MakeShared<FPonimatorLiveLinkSource>(session_on(server).ToSharedRef());
	ULiveLinkSourceSettings settings;
	source->InitializeSettings(&settings);
	CHECK(settings.Mode == ELiveLinkSourceMode::Latest);
}

TEST(a_source_that_is_shut_down_leaves_no_thread_and_pushes_nothing)
{
	CHECK_EQUAL(FRunnableThread::StandinRunning(), 0);
	Playing playing;
	CHECK_EQUAL(FRunnableThread::StandinRunning(), 1);
	CHECK(playing.source->RequestSourceShutdown());
	// The test holds the session, too.
	playing.session.Reset();
	CHECK_EQUAL(FRunnableThread::StandinRunning(), 0);
	CHECK(!playing.source->IsSourceStillValid());
	playing.link.frames.clear();
	playing.update();
	CHECK(playing.link.frames.empty());
	CHECK(playing.source->RequestSourceShutdown());
}

int main() { return check::run_all(); }
