using System.Text.Json;

namespace Tspm.Tests.Fixtures;

/// <summary>
/// A home of its own for one test, on a short path (a socket path has 108 bytes), and the command line over it. Nothing
/// of it outlives the test: the end stops the daemon, looks for whatever still runs with this TSPM_HOME, kills that and
/// says so.
/// </summary>
internal sealed class TspmBox : IAsyncDisposable
{
    /// <summary>How often a condition is looked at that nobody tells of.</summary>
    static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(20);

    static int s_count;

    readonly CancellationToken _cancellation;

    public TspmBox(CancellationToken cancellation)
    {
        _cancellation = cancellation;
        var number = Interlocked.Increment(ref s_count);
        Folder = Path.Combine(Path.GetTempPath(), $"ts{Environment.ProcessId}.{number}");
        Home = Path.Combine(Folder, "h");
        Directory.CreateDirectory(Folder);
        Variables = new Dictionary<string, string>
        {
            ["PATH"] = Environment.GetEnvironmentVariable("PATH")
                ?? "/usr/local/bin:/usr/bin:/bin",
            ["HOME"] = Folder,
            ["TSPM_HOME"] = Home,
            ["LANG"] = "C.UTF-8",
        };
    }

    /// <summary>Working directory of the commands; the home lies in it as <c>h</c>.</summary>
    public string Folder { get; }

    public string Home { get; set; }

    /// <summary>What the commands have, and nothing else.</summary>
    public Dictionary<string, string> Variables { get; }

    /// <summary>
    /// What <see cref="Run"/> and <see cref="Begin"/> run: the published executable, or that of an earlier version.
    /// </summary>
    public string Executable { get; set; } = PublishedExecutable.Path;

    public string SocketPath => Path.Combine(Home, "tspm.sock");

    // ---- commands

    /// <summary>Runs <c>tspm …</c> to its end.</summary>
    public async Task<Ran> Run(params string[] arguments) =>
        (await Programs.Run(Executable, arguments, Variables, Folder, _cancellation)).CheckWords();

    /// <summary>The same, and the exit code must be 0.</summary>
    public async Task<Ran> Ok(params string[] arguments) => (await Run(arguments)).Exits(0);

    /// <summary>Starts <c>tspm …</c> that goes on: <c>logs -f</c>, <c>daemon</c>.</summary>
    public RunningCommand Begin(params string[] arguments) =>
        new(Programs.Start(Executable, arguments, Variables, Folder), _cancellation);

    /// <summary>Any other program, with the same environment and folder.</summary>
    public Task<Ran> RunProgram(string program, params string[] arguments) =>
        Programs.Run(program, arguments, Variables, Folder, _cancellation);

    /// <summary>A line for a shell, with <c>tspm</c> in its PATH.</summary>
    public Task<Ran> Shell(string script)
    {
        var environment = new Dictionary<string, string>(
            Variables)
        { ["PATH"] = $"{Path.GetDirectoryName(PublishedExecutable.Path)}:{Variables["PATH"]}" };
        return Programs.Run("/bin/sh", ["-c", script], environment, Folder, _cancellation);
    }

    // ---- what the daemon says

    public async Task<IReadOnlyList<Entry>> List(params string[] selectors) =>
        [.. (await Ok(["list", .. selectors, "--json"])).Json.EnumerateArray().Select(entry => new Entry(entry))];

    /// <summary>The one entry of this selector.</summary>
    public async Task<Entry> Get(string selector) => (await List(selector)).Single();

    public async Task<int> PidOf(string selector) =>
        await Get(selector) is var entry && entry.Pid is { } pid
            ? pid
            : throw new InvalidOperationException($"no pid: {entry}");

    public async Task<JsonElement> Status() => (await Ok("status", "--json")).Json;

    public async Task<(int Daemon, int Guardian)> DaemonPids() =>
        await Status() is var status
            ? (status.GetProperty("pid").GetInt32(), status.GetProperty("guardianPid").GetInt32())
            : default;

    // ---- waiting

    /// <summary>
    /// Asks <c>list</c> until the entry is as wanted; the test's time limit is the end. A daemon that is just coming
    /// back is waited for.
    /// </summary>
    public async Task<Entry> Until(string selector, Func<Entry, bool> reached, string what)
    {
        Ran? last = null;
        while (true)
        {
            Ensure(what, () => last?.ToString());
            last = await Run("list", selector, "--json");
            if (last.ExitCode == 0
                && last.Json.EnumerateArray().Select(entry =>
                    new Entry(entry)).FirstOrDefault(reached) is { } entry) return entry;
            await Pause();
        }
    }

    public Task<Entry> UntilState(string selector, string state) =>
        Until(selector, entry => entry.State == state, $"{selector} is {state}");

    public async Task Until(Func<bool> condition, string what)
    {
        while (!condition())
        {
            Ensure(what, () => null);
            await Pause();
        }
    }

    public async Task<T> Until<T>(Func<Task<T?>> look, string what) where T : class
    {
        while (true)
        {
            Ensure(what, () => null);
            if (await look() is { } found) return found;
            await Pause();
        }
    }

    /// <summary>
    /// Until a file (below <see cref="Folder"/> when relative) holds the text. Returns the whole of it.
    /// </summary>
    public async Task<string> UntilFile(string path, string text)
    {
        var file = Path.Combine(Folder, path);
        var content = "";
        await Until(() => File.Exists(file) && (content = Text(file)).Contains(text, StringComparison.Ordinal),
            $"{file} holds '{text}'");
        return content;
    }

    public Task UntilGone(int pid) =>
        Until(() => !LiveProcess.IsAlive(pid), $"process {pid} ({LiveProcess.CommandOf(pid)}) is gone");

    public Task<string> UntilOut(string name, string text) => UntilFile(OutLog(name), text);

    // ---- files

    public string OutLog(string name) => Path.Combine(Home, "logs", $"{name}.out.log");

    public string ErrLog(string name) => Path.Combine(Home, "logs", $"{name}.err.log");

    /// <summary>Writes a file into <see cref="Folder"/> and returns its path.</summary>
    public string Write(string name, string content)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, content);
        return path;
    }

    /// <summary>Reads what may be growing.</summary>
    public static string Text(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    public async ValueTask DisposeAsync()
    {
        var left = await BoxCleanUp.Run(this);
        if (left.Length > 0) LeftRunning.Report($"still running at the end of the test (killed now): {left}");
    }

    void Ensure(string what, Func<string?> last)
    {
        if (_cancellation.IsCancellationRequested) throw new TimeoutException($"not in time: {what}; {last()}");
    }

    /// <summary>
    /// Ends early, and quietly, when the test's time is over: the caller then says what it waited for.
    /// </summary>
    Task Pause() => Task.Delay(LookAgainAfter, _cancellation).ContinueWith(static _ => { }, TaskScheduler.Default);
}
