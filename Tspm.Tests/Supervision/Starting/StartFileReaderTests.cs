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

    [Test]
    public async Task It_reads_on_another_thread(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At(".env"), "A=1");
        var request = StartFilesRequest.For(s_node with { ProjectDir = folder.Path });
        var told = new TaskCompletionSource<(StartFiles Files, Thread Thread)>();
        new StartFileReader().Read(request, files => told.SetResult((files, Thread.CurrentThread)));
        var (files, thread) = await told.Task.WaitAsync(cancellation);
        await Assert.That(thread.IsThreadPoolThread).IsFalse();
        await Assert.That(thread.IsBackground).IsTrue();
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
}
