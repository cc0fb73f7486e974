using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;
using Tspm.Tests.Guards;

namespace Tspm.Tests.Supervision;

/// <summary>
/// What <c>events</c> and <c>why</c> say of some forty stories, each in a file of <c>Data/stories</c> that a person has
/// read. With <c>TSPM_WRITE_STORIES=1</c> the files are written anew.
/// </summary>
[Timeout(60_000)]
internal sealed class StoryTests
{
    static readonly string Folder = Path.Combine(Repository.Root, "Tspm.Tests", "Data", "stories");

    static readonly ProcessConfig Web = Story.Web;

    static ProcessConfig Never(ProcessConfig config) =>
        config with { Restart = new RestartConfig { Policy = "never" } };

    static readonly Dictionary<string, Action<Story>> Stories = new(StringComparer.Ordinal)
    {
        ["crash"] = story =>
        {
            var web = story.Start(Web);
            story.World.Advance(3);
            story.World.Exit(web, 7);
            story.World.Advance(1);
        },
        ["crash-by-signal"] = story =>
        {
            var web = story.Start(Web);
            story.World.Exit(web, new ExitStatus(null, 11));
            story.World.Advance(1);
        },
        ["crash-until-given-up"] = story =>
        {
            var web = story.Start(Web with { Restart = new RestartConfig { MaxConsecutive = 3 } });
            for (var i = 0; i < 3; i++)
            {
                story.World.Exit(web, 1);
                story.World.Advance(20);
            }
        },
        ["crash-without-restart"] = story => story.World.Exit(story.Start(Never(Web)), 3),
        ["one-shot"] = story => story.World.Exit(story.Start(Never(Web)), 0),
        ["exit-on-failure-policy"] = story =>
            story.World.Exit(story.Start(Web with { Restart = new RestartConfig { Policy = "on-failure" } }), 0),
        ["exit-without-failure"] = story =>
        {
            story.World.Exit(story.Start(Web), 0);
            story.World.Advance(1);
        },
        ["stop-exit-code"] = story =>
            story.World.Exit(story.Start(Web with { Restart = new RestartConfig { StopExitCodes = [42] } }), 42),
        ["stop"] = story =>
        {
            var web = story.Start(Web);
            story.World.Advance(60);
            story.Ask(supervisor => supervisor.Stop(web, CauseRequest.Stop));
        },
        ["stop-with-sigkill"] = story =>
        {
            story.MakeStubborn();
            var web = story.Start(Web with { Stop = new StopConfig { TimeoutMs = 2000 } });
            story.Ask(supervisor => supervisor.Stop(web, CauseRequest.Stop));
            story.World.Advance(2.1);
        },
        ["stop-kills-leftovers"] = story =>
        {
            var web = story.Start(Web with { Stop = new StopConfig { TimeoutMs = 2000 } });
            (story.World.Machine.LeftoversOfNext, story.World.Machine.TemperOfNext) = (1, Temper.Stubborn);
            story.Ask(supervisor => supervisor.Stop(web, CauseRequest.Stop));
            for (var i = 0; i < 10; i++) story.World.Advance(0.5);
        },
        ["crash-leaves-leftovers"] = story =>
        {
            var web = story.Start(Web);
            (story.World.Machine.LeftoversOfNext, story.World.Machine.TemperOfNext) = (1, Temper.Stubborn);
            story.World.Exit(web, 1);
            for (var i = 0; i < 14; i++) story.World.Advance(0.5);
        },
        ["background"] = story =>
        {
            var web = story.Start(Web);
            story.World.Machine.LeftoversOfNext = 1;
            story.World.Exit(web, 0);
            story.World.Machine.LeftoversOfNext = 0;
            for (var i = 0; i < 4; i++) story.World.Advance(0.5);
        },
        ["restart"] = story =>
        {
            var web = story.Start(Web);
            story.Ask(supervisor => supervisor.Restart(web, CauseRequest.Restart));
        },
        ["stop-while-waiting"] = story =>
        {
            var web = story.Start(Web);
            story.World.Exit(web, 1);
            story.Ask(supervisor => supervisor.Stop(web, CauseRequest.Stop));
        },
        ["signal-by-hand"] = story =>
        {
            var web = story.Start(Web);
            web.SignalFor(new Requester(0, 5), Signals.SIGKILL);
            story.World.Step();
        },
        ["missing-program"] = story =>
        {
            story.World.Machine.FailNext(new SpawnFailure("execute", 2, "cannot execute web: No such file"));
            _ = story.Start(Web);
        },
        ["no-more-processes"] = story =>
        {
            story.World.Machine.FailNext(new SpawnFailure("spawn", 11, "no more processes") { MayPass = true });
            _ = story.Start(Web);
            story.World.Advance(5);
        },
        ["ready"] = story =>
        {
            story.World.Dialer.Answer = static _ => (null, "");
            _ = story.Start(Web with { Ready = new Probe { Tcp = "127.0.0.1:80" } });
        },
        ["not-ready-in-time"] = story =>
        {
            _ = story.Start(Web with { Ready = new Probe { Tcp = "127.0.0.1:80" }, StartTimeoutMs = 2000 });
            story.World.Advance(2.5);
        },
        ["unhealthy"] = story =>
        {
            _ = story.Start(Web with { Health = new Probe { Tcp = "127.0.0.1:80", IntervalMs = 1000, Failures = 2 } });
            for (var i = 0; i < 6; i++) story.World.Advance(0.5);
        },
        ["unhealthy-and-stubborn"] = story =>
        {
            story.MakeStubborn();
            _ = story.Start(Web with { Health = new Probe { Tcp = "127.0.0.1:80", IntervalMs = 1000, Failures = 1 } });
            story.World.Advance(1.5);
        },
        ["over-memory-limit"] = story =>
        {
            var web = story.Start(Web);
            web.Handle(new LifecycleEvent.FoundUnfit(
                Cause.Observed(CauseCode.Memory, "memory 540 MB exceeded the limit of 512 MB")));
            story.World.Step();
        },
        ["out-of-memory"] = story =>
        {
            var web = story.Start(Web);
            story.World.Machine.OutOfMemoryWords = "Out of memory: Killed process 1001 (web)";
            story.World.Exit(web, new ExitStatus(null, Signals.SIGKILL));
            // The kernel's log is read beside, on another thread.
            var patience = DateTime.UtcNow.AddSeconds(30);
            while (!story.World.Told.Exists(told => told.Kind == EventKind.OutOfMemory) && DateTime.UtcNow < patience)
                story.World.Step();
        },
        ["watched-file"] = story =>
        {
            _ = story.Start(Web with { Watch = true });
            story.World.ChangeFile("/server.js");
            story.World.Advance(1);
        },
        ["job"] = story =>
        {
            var web = story.World.Define(Web with
            {
                Schedule = new ScheduleConfig { Cron = "*/10 * * * *", Action = "start", TimeZone = "UTC" },
            });
            story.World.Step();
            story.World.Advance(600);
            story.World.Exit(web, 0);
        },
        ["scheduled-restart"] = story =>
        {
            _ = story.Start(Web with { Schedule = new ScheduleConfig { Cron = "*/10 * * * *", TimeZone = "UTC" } });
            story.World.Advance(600);
        },
        ["dependency"] = story =>
        {
            var db = story.World.Define(Web with { Name = "db" });
            _ = story.Start(Web with { DependsOn = [new Dependency { Name = "db" }] });
            story.Ask(supervisor => supervisor.Start(db, CauseRequest.Start));
        },
        ["dependency-errored"] = story =>
        {
            story.World.Machine.FailNext(new SpawnFailure("execute", 2, "cannot execute db: No such file"));
            _ = story.Start(Web with { Name = "db" });
            _ = story.Start(Web with { DependsOn = [new Dependency { Name = "db" }] });
        },
        ["dependency-completed"] = story =>
        {
            var migrate = story.Start(Never(Web) with { Name = "migrate" });
            _ = story.Start(Web with
            {
                DependsOn = [new Dependency { Name = "migrate", Condition = Dependency.Completed }],
            });
            story.World.Exit(migrate, 0);
        },
        ["reload"] = story =>
        {
            var web = story.Start(Web);
            story.World.Advance(60);
            story.Ask(supervisor => supervisor.Reload([web], CauseRequest.Reload));
            story.World.Advance(Replacement.MinimumLife);
        },
        ["reload-new-one-exits"] = story =>
        {
            var web = story.Start(Web);
            story.World.Advance(60);
            story.Ask(supervisor => supervisor.Reload([web], CauseRequest.Reload));
            story.ExitYoungest(web, 1);
        },
        ["reload-new-one-is-late"] = story =>
        {
            var web = story.Start(Web with { Ready = new Probe { Notify = true }, StartTimeoutMs = 3000 });
            story.World.Notify.Say(web.View.RunId, web.View.Pid!.Value, "READY=1");
            story.World.Step();
            story.Ask(supervisor => supervisor.Reload([web], CauseRequest.Reload));
            story.World.Advance(3.1);
        },
        ["reload-cancelled-by-stop"] = story =>
        {
            var web = story.Start(Web);
            story.Ask(supervisor => supervisor.Reload([web], CauseRequest.Reload));
            story.Ask(supervisor => supervisor.Stop(web, CauseRequest.Stop));
        },
        ["reload-old-one-is-stubborn"] = story =>
        {
            story.MakeStubborn();
            var web = story.Start(Web with { Stop = new StopConfig { TimeoutMs = 2000 } });
            story.Ask(supervisor => supervisor.Reload([web], CauseRequest.Reload));
            story.World.Advance(Replacement.MinimumLife);
            story.World.Advance(2.1);
        },
        ["reload-preStart-fails"] = story =>
        {
            var web = story.Start(Web with { Hooks = new HookConfig { PreStart = "migrate" } });
            story.World.Machine.Exit(story.World.Machine.Hooks("preStart").Single(), new ExitStatus(0, null));
            story.World.Step();
            story.Ask(supervisor => supervisor.Reload([web], CauseRequest.Reload));
            story.World.Machine.Exit(story.World.Machine.Hooks("preStart").Single(), new ExitStatus(5, null));
            story.World.Step();
        },
        ["preStart-fails"] = story =>
        {
            _ = story.Start(Never(Web) with { Hooks = new HookConfig { PreStart = "migrate" } });
            story.World.Machine.Exit(story.World.Machine.Hooks("preStart").Single(), new ExitStatus(5, null));
            story.World.Step();
        },
        ["postStop-fails"] = story =>
        {
            var web = story.Start(Web with { Hooks = new HookConfig { PostStop = "clean" } });
            story.Ask(supervisor => supervisor.Stop(web, CauseRequest.Stop));
            story.World.Machine.Exit(story.World.Machine.Hooks("postStop").Single(), new ExitStatus(5, null));
            story.World.Step();
        },
        ["daemon-death"] = story =>
        {
            var web = story.Start(Web);
            var db = story.Start(Web with { Name = "db" });
            story.World.RestartDaemon(
                meanwhile: () => story.World.Machine.Exit(story.World.Machine.Only(db.Key), new ExitStatus(4, null)));
            story.World.Advance(1);
        },
        ["daemon-death-during-stop"] = story =>
        {
            story.MakeStubborn();
            var web = story.Start(Web);
            story.Ask(supervisor => supervisor.Stop(web, CauseRequest.Stop));
            story.World.RestartDaemon(
                meanwhile: () => story.World.Machine.Exit(story.World.Machine.Only(web.Key), new ExitStatus(0, null)));
        },
        ["daemon-death-during-reload"] = story =>
        {
            story.MakeStubborn();
            var web = story.Start(Web);
            story.Ask(supervisor => supervisor.Reload([web], CauseRequest.Reload));
            story.World.RestartDaemon();
            story.ExitYoungest(web, 0);
        },
        ["daemon-death-after-reload"] = story =>
        {
            story.MakeStubborn();
            var web = story.Start(Web);
            story.Ask(supervisor => supervisor.Reload([web], CauseRequest.Reload));
            story.World.Advance(Replacement.MinimumLife);
            // The new one has taken over; the old one is still draining.
            story.World.RestartDaemon();
            story.World.Machine.Exit(story.World.Machine.Living.First(), new ExitStatus(0, null));
            story.World.Step();
        },
        ["daemon-death-between-stops"] = story =>
        {
            story.MakeStubborn();
            var db = story.Start(Web with { Name = "db" });
            var web = story.Start(Web with { DependsOn = [new Dependency { Name = "db" }] });
            story.World.Exit(db, 1);
            story.World.Advance(1);
            // The stop of db waits for web, which needs it.
            story.Ask(supervisor => supervisor.Stop([db, web], CauseRequest.Stop));
            story.World.RestartDaemon(saveFirst: false);
            foreach (var process in story.World.Machine.Living.ToArray())
                story.World.Machine.Exit(process, new ExitStatus(null, Signals.SIGTERM));
            story.World.Step();
        },
        ["daemon-stopped-and-started"] = story =>
        {
            _ = story.Start(Web);
            story.World.Save();
            story.Ask(static supervisor => supervisor.Shutdown(Orders.Somebody));
            story.World.RestartDaemon(saveFirst: false);
        },
        ["reboot"] = story =>
        {
            _ = story.Start(Web);
            story.World.RestartDaemon(() => story.World.Machine.Reboot("boot-2"));
        },
        ["scaled-down"] = story =>
        {
            var instances = story.World.DefineAll(Web with { Instances = 2 });
            story.Ask(supervisor =>
            {
                foreach (var instance in instances) supervisor.Start(instance, CauseRequest.Start);
            });
            story.Ask(supervisor => supervisor.Changes.Scale(
                instances[0].Definition with { Config = instances[0].Definition.Config with { Instances = 1 } },
                CauseRequest.Scale));
        },
        ["deleted-and-created-again"] = story =>
        {
            var web = story.Start(Web);
            story.World.Exit(web, 1);
            story.Ask(supervisor => supervisor.Changes.Delete([web.Key.Id], withLogs: false, Orders.Somebody));
            story.World.Advance(1);
            _ = story.Start(Web);
        },
    };

    public static IEnumerable<string> Names => Stories.Keys;

    [Test]
    [MethodDataSource(nameof(Names))]
    public async Task It_is_told_as_it_was_read(string name, CancellationToken cancellation)
    {
        using var story = new Story();
        Stories[name](story);
        var (file, text) = (Path.Combine(Folder, $"{name}.txt"), story.Text());
        if (Environment.GetEnvironmentVariable("TSPM_WRITE_STORIES") == "1") File.WriteAllText(file, text);
        await Assert.That(text).IsEqualTo(File.ReadAllText(file));
    }

    [Test]
    public async Task What_went_down_with_the_machine_is_told_once(CancellationToken cancellation)
    {
        using var story = new Story();
        // Nothing starts it again: it runs when it is its time.
        var job = story.World.Define(Web with
        {
            Schedule = new ScheduleConfig { Cron = "*/10 * * * *", Action = "start", TimeZone = "UTC" },
        });
        story.Ask(supervisor => supervisor.Start(job, CauseRequest.Start));
        story.World.RestartDaemon(() => story.World.Machine.Reboot("boot-2"));
        story.World.RestartDaemon();
        story.World.RestartDaemon();
        await Assert.That(story.World.Told.Count(static told => told.Kind == EventKind.Exited)).IsEqualTo(1);
    }

    [Test]
    public async Task No_story_is_left_that_nobody_tells(CancellationToken cancellation) =>
        await Assert.That(Directory.GetFiles(Folder).Select(Path.GetFileNameWithoutExtension)
            .Where(static name => !Stories.ContainsKey(name!))).IsEmpty();
}
