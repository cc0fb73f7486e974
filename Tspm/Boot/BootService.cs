using Tspm.Boot.Launchd;
using Tspm.Platform;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Boot;

/// <summary>
/// The service that starts the daemon of a home at boot: a user service, or a system service for the system home (<see
/// cref="TspmHome.IsSystem"/>). The present state is read from files, which is cheap; changes are made by the service
/// manager's own programs.
/// </summary>
internal abstract class BootService(TspmHome home, ToolRunner run)
{
    protected TspmHome Home => home;

    /// <summary>"systemd" or "launchd".</summary>
    public abstract string Kind { get; }

    /// <summary>The file that defines the service.</summary>
    public abstract MarkedFile Main { get; }

    /// <summary>
    /// Whether the service belongs to this home and starts at boot (or with the user's first session).
    /// </summary>
    public abstract bool IsEnabled { get; }

    /// <summary>Whether the guardian with this pid was started by the service.</summary>
    public abstract bool Runs(int guardianPid);

    /// <summary>The files of the service, with the content that this version would write.</summary>
    /// <param name="socket">Whether the daemon is started by the first command instead of at boot.</param>
    public abstract IReadOnlyList<(MarkedFile File, string Content)> Files(bool socket);

    /// <summary>Enables the service, whose files have been written.</summary>
    /// <param name="socket">Whether the daemon is started by the first command instead of at boot.</param>
    /// <param name="notes">Receives sentences for the user.</param>
    /// <exception cref="BootException">The service manager refused.</exception>
    public abstract void SwitchOn(bool socket, List<string> notes);

    /// <summary>Starts the service.</summary>
    /// <exception cref="BootException">The service manager refused.</exception>
    public abstract void Start();

    /// <summary>Stops the service.</summary>
    /// <exception cref="BootException">The service manager refused.</exception>
    public abstract void Stop();

    /// <summary>
    /// Restarts the service; one whose files were removed (<c>disable --keep-running</c>) is only stopped.
    /// </summary>
    /// <exception cref="BootException">The service manager refused.</exception>
    public abstract void Restart();

    /// <summary>Disables the service, stops it unless the daemon should keep running, and removes its files.</summary>
    /// <exception cref="BootException">The service manager refused.</exception>
    public abstract void SwitchOff(bool keepRunning, List<string> notes);

    /// <summary>The command that shows the state of the service.</summary>
    public abstract string WhereToLook { get; }

    /// <summary>The home for which this text of <see cref="Main"/> was written.</summary>
    /// <returns>Null if the text does not say.</returns>
    public abstract string? HomeOf(string main);

    /// <summary>The executable that this text of <see cref="Main"/> starts.</summary>
    /// <returns>Null if the text does not say.</returns>
    public abstract string? ExecutableOf(string main);

    /// <summary>Finds the service for this machine's service manager.</summary>
    /// <param name="home">The home of the daemon to start.</param>
    /// <param name="run">Runs the programs of the service manager.</param>
    /// <param name="instead">If there is no service manager: a sentence about what to do instead.</param>
    /// <returns>Null if the machine has neither systemd nor launchd.</returns>
    public static BootService? Find(TspmHome home, ToolRunner run, out string instead)
    {
        instead = "";
        if (CurrentSystem.IsMacOS) return new LaunchdService(home, run);
        if (SystemdService.IsBooted) return new SystemdService(home, run);
        instead = "this machine runs neither systemd nor launchd; make its init system run this command as "
            + $"{Platform.FileSystem.NameOfUser() ?? "the user"}: TSPM_HOME={home.Path} {StableExecutable.Find()} "
            + "daemon (it stays in the foreground; SIGTERM stops it and all its processes)";
        return null;
    }

    /// <summary>Writes the files that differ, and reports each file in <paramref name="notes"/>.</summary>
    /// <exception cref="BootException">A file was changed by someone else, or belongs to another home; nothing was
    /// written.</exception>
    public void Write(bool socket, bool force, List<string> notes)
    {
        var files = Files(socket);
        foreach (var (file, _) in files) RefuseForeign(file, force);
        foreach (var (file, content) in files)
        {
            var before = file.Read(out var text);
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

    /// <summary>Whether <see cref="Write"/> has changed a file.</summary>
    protected bool HasWritten { get; private set; }

    /// <summary>Throws unless the file may be replaced or removed.</summary>
    /// <exception cref="BootException">The file was changed by someone else, or belongs to another home.</exception>
    public void RefuseForeign(MarkedFile file, bool force)
    {
        if (force) return;
        var state = file.Read(out var text);
        if (state == MarkedState.Changed)
            throw new BootException($"{file.Path} was not written by tspm, or was changed since; tspm left it alone. "
                + "Use --force if tspm may replace or remove it (put your own settings into a drop-in)");
        if (state == MarkedState.Ours && HomeOf(text) is { } other && other != home.Path)
            throw new BootException($"{file.Path} is the service of another home, {other}; disable that service first "
                + $"(TSPM_HOME={other} tspm disable), or use --force");
    }

    /// <summary>The state of the service for <c>status</c>.</summary>
    /// <param name="guardianPid">Pid of the running daemon's guardian; null: no daemon is running.</param>
    public abstract ServiceStatus ReadStatus(int? guardianPid);

    protected Tspm.Platform.Linux.Spawning.ToolResult Run(string tool, params string[] arguments) =>
        run(tool, arguments);

    /// <summary>Runs a program and throws if it fails.</summary>
    /// <param name="failure">The beginning of the message: what did not happen.</param>
    /// <param name="tool">The name of the program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <exception cref="BootException">The program failed; the message quotes it.</exception>
    protected void Do(string failure, string tool, params string[] arguments)
    {
        var result = run(tool, arguments);
        if (!result.IsSuccess)
            throw new BootException(
                $"{failure}: '{tool} {string.Join(' ', arguments)}': {MessageOf(result)}{Hint(result)}");
    }

    /// <summary>What the user can do about a failure; empty if unknown.</summary>
    protected virtual string Hint(Tspm.Platform.Linux.Spawning.ToolResult result) => "";

    /// <summary>The first line of a program's output, to be quoted in a sentence; without output, its exit.</summary>
    protected static string MessageOf(Tspm.Platform.Linux.Spawning.ToolResult result)
    {
        var output = result.Output.Trim();
        if (output.Length == 0) return result.Status.ToString();
        var end = output.IndexOf('\n');
        return (end < 0 ? output : output[..end]).TrimEnd('.');
    }
}
