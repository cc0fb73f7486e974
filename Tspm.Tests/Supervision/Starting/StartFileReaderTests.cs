using Tspm.Config.Validation;
using Tspm.Model.Config;
using Tspm.Supervision.Starting;
using Tspm.Tests.Config;

namespace Tspm.Tests.Supervision.Starting;

/// <summary>The reader of what a start depends on, with real files.</summary>
[Timeout(30_000)]
internal sealed class StartFileReaderTests
{
    static readonly ProcessConfig s_node = new()
    {
        Name = "web",
        Command = "app.js",
        Interpreter = "node",
        EnvFile = ".env",
    };

    static bool IsOnOwnThread() =>
        Thread.CurrentThread is { IsThreadPoolThread: false, IsBackground: true, Name: "start files" };

    [Test]
    public async Task It_reads_on_another_thread(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At(".env"), "A=1");
        var request = StartFilesRequest.For(s_node with { ProjectDir = folder.Path });
        var told = new TaskCompletionSource<(StartFiles Files, bool IsOwnThread)>();
        new StartFileReader().Read(request, files => told.SetResult((files, IsOnOwnThread())));
        var (files, isOwnThread) = await told.Task.WaitAsync(cancellation);
        await Assert.That(isOwnThread).IsTrue();
        await Assert.That(files.Request).IsEqualTo(request);
        await Assert.That(files.EnvFile!.Text).IsEqualTo("A=1");
        await Assert.That(files.MissingScript).IsEqualTo($"there is no script app.js in {folder.Path}");
        File.WriteAllText(folder.At("app.js"), "");
        await Assert.That(StartFileReader.ReadNow(request).MissingScript).IsNull();
    }

    [Test]
    public async Task A_request_names_only_what_the_config_needs(CancellationToken cancellation)
    {
        var config = s_node with { ProjectDir = "/srv" };
        await Assert.That(StartFilesRequest.For(config)).IsEqualTo(new StartFilesRequest(
            "/srv/.env", new NeededScript("/srv/app.js", "/srv", "there is no script app.js in /srv")));
        await Assert.That(StartFilesRequest.For(config with { EnvFile = null, Interpreter = null }))
            .IsEqualTo(new StartFilesRequest(null, null));
    }

    [Test]
    public async Task It_looks_for_scripts_on_another_thread_and_only_if_there_are_any(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("there.js"), "");
        var scripts = MissingScript.NeededBy(new[] { "there.js", "gone.js" }.Select(script =>
            s_node with { Command = script, ProjectDir = folder.Path }));
        var told = new TaskCompletionSource<(IReadOnlySet<NeededScript> Missing, bool IsOwnThread)>();
        new StartFileReader().FindMissing(scripts, missing => told.SetResult((missing, IsOnOwnThread())));
        var (missing, isOwnThread) = await told.Task.WaitAsync(cancellation);
        await Assert.That(missing.Select(static script => script.Path)).IsEquivalentTo([folder.At("gone.js")]);
        await Assert.That(isOwnThread).IsTrue();
        Thread? caller = null;
        new StartFileReader().FindMissing([], _ => caller = Thread.CurrentThread);
        await Assert.That(caller).IsEqualTo(Thread.CurrentThread);
    }
}
