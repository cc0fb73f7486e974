using Tspm.Boot.Launchd;
using Tspm.Platform;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Boot;

/// <summary>
/// The service that starts a home's daemon with the machine. One of the user, or of the machine for its own home
/// (<see cref="TspmHome.IsSystem"/>). What is there is found out by looking at files, so that it costs nothing; what is
/// changed is changed by the service manager's own programs.
/// </summary>
internal abstract class BootService(TspmHome home, ToolRunner run)
{
    protected TspmHome Home => home;

    /// <summary>"systemd" or "launchd".</summary>
    public abstract string Kind { get; }

    /// <summary>The file that makes it a service.</summary>
    public abstract MarkedFile Main { get; }

    /// <summary>It begins with the machine (or the user's first session), and is this home's.</summary>
    public abstract bool IsEnabled { get; }

    /// <summary>Is the guardian with this pid the service's?</summary>
    public abstract bool Runs(int guardianPid);

    /// <summary>Files and what they would hold.</summary>
    public abstract IReadOnlyList<(MarkedFile File, string Content)> Files(bool socket);

    /// <summary>Makes it begin with the machine; its files are written.</summary>
    /// <param name="socket">With the first command instead.</param>
    /// <param name="notes">What a person should know.</param>
    public abstract void SwitchOn(bool socket, List<string> notes);

    public abstract void Start();

    public abstract void Stop();

    /// <summary>Anew. One that is no longer there (<c>disable --keep-running</c>) is only ended.</summary>
    public abstract void Restart();

    /// <summary>Ends it, unless the daemon is to be left as it is, and removes what belongs to it.</summary>
    public abstract void SwitchOff(bool keepRunning, List<string> notes);

    /// <summary>What to type to see what became of it.</summary>
    public abstract string WhereToLook { get; }

    /// <summary>The home that the text of <see cref="Main"/> is for; null: that is not in it.</summary>
    public abstract string? HomeOf(string main);

    /// <summary>The executable that it starts; null: that is not in it.</summary>
    public abstract string? ExecutableOf(string main);

    /// <summary>
    /// This machine's; null: it has neither systemd nor launchd, and the sentence says what to do instead.
    /// </summary>
    public static BootService? Find(TspmHome home, ToolRunner run, out string instead)
    {
        instead = "";
        if (CurrentSystem.IsMacOS) return new LaunchdService(home, run);
        if (SystemdService.IsBooted) return new SystemdService(home, run);
        instead = "this machine runs neither systemd nor launchd; let its init script run, as "
            + $"{Platform.FileSystem.NameOfUser() ?? "the user"}: TSPM_HOME={home.Path} {StableExecutable.Find()} "
            + "daemon (it stays in the foreground, and SIGTERM stops it with all its processes)";
        return null;
    }

    /// <summary>Writes what differs. What each file has become is said in <paramref name="notes"/>.</summary>
    /// <exception cref="BootException">One of them was changed by somebody, or is for another home; nothing was
    /// written.</exception>
    public void Write(bool socket, bool force, List<string> notes)
    {
        var files = Files(socket);
        foreach (var (file, _) in files) RefuseForeign(file, force);
        foreach (var (file, content) in files)
        {
            var before = file.Look(out var text);
            if (before != MarkedState.Absent && text == content)
            {
                notes.Add($"{file.Path} is up to date");
                continue;
            }
            file.Write(content);
            HasWritten = true;
            notes.Add($"{(before == MarkedState.Absent ? "wrote" : "updated")} {file.Path}");
        }
    }

    /// <summary><see cref="Write"/> has changed a file.</summary>
    protected bool HasWritten { get; private set; }

    /// <exception cref="BootException">It was changed by somebody, or is for another home.</exception>
    public void RefuseForeign(MarkedFile file, bool force)
    {
        if (force) return;
        var state = file.Look(out var text);
        if (state == MarkedState.Changed)
            throw new BootException($"{file.Path} was changed, or is not by tspm, and is left as it is; use --force "
                + "if tspm may replace or remove it (settings of your own belong into a drop-in)");
        if (state == MarkedState.Ours && HomeOf(text) is { } other && other != home.Path)
            throw new BootException($"{file.Path} is the service of another home, {other}; disable that first "
                + $"(TSPM_HOME={other} tspm disable), or use --force");
    }

    /// <summary>As <c>status</c> shows it. Looks at files only.</summary>
    /// <param name="guardianPid">Of the daemon that runs; null: none does.</param>
    public abstract ServiceStatus Look(int? guardianPid);

    protected Tspm.Platform.Linux.Spawning.ToolResult Run(string tool, params string[] arguments) =>
        run(tool, arguments);

    /// <summary>Runs it, and takes a failure for one.</summary>
    /// <exception cref="BootException">It failed; with its own words.</exception>
    protected void Do(string what, string tool, params string[] arguments)
    {
        var result = run(tool, arguments);
        if (!result.IsSuccess)
            throw new BootException($"{what}: '{tool} {string.Join(' ', arguments)}': {WordsOf(result)}{Hint(result)}");
    }

    /// <summary>What to do about it; empty: nobody knows.</summary>
    protected virtual string Hint(Tspm.Platform.Linux.Spawning.ToolResult result) => "";

    /// <summary>The first line that it said, to stand in a sentence, or how it ended.</summary>
    protected static string WordsOf(Tspm.Platform.Linux.Spawning.ToolResult result)
    {
        var words = result.Output.Trim();
        var end = words.IndexOf('\n');
        return words.Length == 0 ? result.Status.ToString() : (end < 0 ? words : words[..end]).TrimEnd('.');
    }
}
