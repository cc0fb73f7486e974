using System.Runtime.InteropServices;
using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux.Events;
using Tspm.Platform.Linux.Spawning;
using Tspm.Platform.Linux.Tree;

namespace Tspm.Tests.Platform;

/// <summary>
/// A real process system over a temporary folder with FIFOs, in which this test program plays daemon and guardian: it
/// is the subreaper, so orphans of its children come to it.
/// </summary>
internal sealed class Sandbox : IDisposable
{
    readonly List<IChild> children = [];
    readonly List<int> readers = [];

    readonly bool withoutPidfds;

    public Sandbox(ulong originalOpenFiles = 1024, bool withoutPidfds = false)
    {
        this.withoutPidfds = withoutPidfds;
        if (SysPrctl.prctl(SysPrctl.PR_SET_CHILD_SUBREAPER, 1) != 0)
            throw new InvalidOperationException("not made a subreaper");
        Folder = Directory.CreateTempSubdirectory("tspm-platform-").FullName;
        Loop = new EventLoop("test events");
        Loop.Start();
        System = NewSystem(originalOpenFiles);
    }

    public string Folder { get; }

    public EventLoop Loop { get; }

    public LinuxProcessSystem System { get; }

    /// <summary>The managed build of the product beside the tests: its set-up mode needs no native publish.</summary>
    public static SetUpCommand SetUpCommand =>
        new(Environment.ProcessPath is { } self && Path.GetFileName(self) == "dotnet" ? self : DotnetPath(),
        ["exec", "--runtimeconfig", Path.Combine(AppContext.BaseDirectory, "Tspm.Tests.runtimeconfig.json"),
            Path.Combine(AppContext.BaseDirectory, "tspm.dll")]);

    public LinuxProcessSystem NewSystem(ulong originalOpenFiles = 1024) =>
        new(Loop, Environment.ProcessId, SetUpCommand, originalOpenFiles, withoutPidfds: withoutPidfds);

    /// <summary>Whose guardian was started with these soft limits.</summary>
    public LinuxProcessSystem NewSystemWith(string originalLimits) =>
        new(Loop, Environment.ProcessId, SetUpCommand, 1024, originalLimits: originalLimits);

    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>A FIFO whose reading end stays open here, so that nothing in it is lost when the child ends.</summary>
    public string Fifo(string name)
    {
        var path = PathOf(name);
        if (SysStat.mkfifo(path, 0x1B6 /* 0666 */) != 0)
            throw new InvalidOperationException(Errno.Describe(Errno.Last));
        _ = SysStat.chmod(path, 0x1B6);
        readers.Add(Fcntl.open(path, Fcntl.O_RDONLY | Fcntl.O_NONBLOCK | Fcntl.O_CLOEXEC));
        return path;
    }

    public SpawnRequest Shell(string script, params (string Name, string Value)[] environment) =>
        Program("/bin/sh", "sh", "-c", script) with
        {
            Environment = environment.Append(("PATH", "/usr/bin:/bin"))
            .ToDictionary(pair => pair.Item1, pair => pair.Item2),
        };

    public SpawnRequest Program(string program, params string[] argv) => new()
    {
        Program = program,
        Arguments = argv.Length > 0 ? argv : [program],
        Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" },
        WorkingDirectory = Folder,
        StdoutPath = File.Exists(PathOf("out")) ? PathOf("out") : Fifo("out"),
        StderrPath = File.Exists(PathOf("err")) ? PathOf("err") : Fifo("err"),
    };

    public IChild Spawn(SpawnRequest request)
    {
        var outcome = System.Spawn(request);
        if (outcome.Child is null) throw new InvalidOperationException(outcome.Failure!.Sentence);
        children.Add(outcome.Child);
        return outcome.Child;
    }

    /// <summary>Runs to the end and returns what was written to standard output.</summary>
    public async Task<string> RunAsync(SpawnRequest request, CancellationToken cancellation)
    {
        var child = Spawn(request);
        await EndOf(child, cancellation);
        child.Reap();
        return ReadAvailable("out");
    }

    public static Task EndOf(IChild child, CancellationToken cancellation)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        child.OnExit(() => ended.TrySetResult());
        return ended.Task.WaitAsync(cancellation);
    }

    /// <summary>What is in a FIFO now.</summary>
    public unsafe string ReadAvailable(string name)
    {
        var fd = Fcntl.open(PathOf(name), Fcntl.O_RDONLY | Fcntl.O_NONBLOCK | Fcntl.O_CLOEXEC);
        var buffer = new byte[65536];
        nint got;
        fixed (byte* raw = buffer) got = Unistd.read(fd, raw, (nuint)buffer.Length);
        _ = Unistd.close(fd);
        return got <= 0 ? "" : global::System.Text.Encoding.UTF8.GetString(buffer, 0, (int)got);
    }

    /// <summary>Waits for a line of a child: reads on until the text has come.</summary>
    public async Task<string> ReadUntilAsync(string name, string text, CancellationToken cancellation)
    {
        var seen = "";
        await UntilAsync(() => (seen += ReadAvailable(name)).Contains(text, StringComparison.Ordinal), cancellation);
        return seen;
    }

    /// <summary>Numbers of the descriptors that a process has open.</summary>
    public static string DescriptorsOf(int pid) =>
        string.Join(' ',
            Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd").Select(path =>
                int.Parse(Path.GetFileName(path)!, global::System.Globalization.CultureInfo.InvariantCulture)).Order());

    /// <summary>Waits for a condition that nobody tells of.</summary>
    public static async Task UntilAsync(Func<bool> condition, CancellationToken cancellation)
    {
        while (!condition()) await Task.Delay(2, cancellation);
    }

    public void Dispose()
    {
        foreach (var child in children)
        {
            if (child.PeekExit() is null && child.Signal(9)) // neither ended nor reaped
            {
                child.SignalGroup(9);
                SpinWait.SpinUntil(() => child.PeekExit() is not null, 5000);
            }
            child.Reap();
            child.Dispose();
        }
        foreach (var reader in readers) _ = Unistd.close(reader);
        Loop.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    static string DotnetPath() =>
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));
}
