using Tspm.Config;
using Tspm.Config.Import;
using Tspm.Platform;

namespace Tspm.Client.Defining;

/// <summary>
/// Looks up what the words of <c>start</c> can be, apart from processes: files in the shell's working directory, and
/// programs on the PATH.
/// </summary>
internal sealed record LocalFiles
{
    /// <summary>
    /// The files of this machine. If the command is for another machine, whose files are unknown, only the words
    /// themselves count.
    /// </summary>
    public static LocalFiles Here => CurrentFolder.IsElsewhere ? Elsewhere : OnThisMachine;

    static readonly LocalFiles OnThisMachine = new()
    {
        AreKnown = true,
        IsFile = static path => RegularFile.Obstacle(path) is null && File.Exists(path),
        IsExecutable = FileSystem.IsExecutable,
        IsFolder = Directory.Exists,
        IsProgram = Interpreters.IsOnPath,
        OwnInterpreter = ScriptFile.OwnInterpreter,
        HasVariable = static name => Environment.GetEnvironmentVariable(name) is not null,
        Recognise = ForeignFile.Recognise,
    };

    static readonly LocalFiles Elsewhere = OnThisMachine with
    {
        AreKnown = false,
        IsFile = static _ => false,
        IsExecutable = static _ => true,
        IsFolder = static _ => false,
        IsProgram = static _ => false,
        OwnInterpreter = static _ => null,
        HasVariable = static _ => true,
    };

    /// <summary>
    /// False if the files are on another machine, so that a file may exist although it was not found.
    /// </summary>
    public required bool AreKnown { get; init; }

    public required Func<string, bool> IsFile { get; init; }

    /// <summary>Whether this user may execute the file.</summary>
    public required Func<string, bool> IsExecutable { get; init; }

    public required Func<string, bool> IsFolder { get; init; }

    /// <summary>Whether the client's PATH has a program with this name.</summary>
    public required Func<string, bool> IsProgram { get; init; }

    /// <summary>See <see cref="ScriptFile.OwnInterpreter"/>.</summary>
    public required Func<string, string?> OwnInterpreter { get; init; }

    /// <summary>Whether this environment variable is set in the shell.</summary>
    public required Func<string, bool> HasVariable { get; init; }

    /// <summary>
    /// Recognises which manager a file of processes belongs to. Config files are always read on this machine.
    /// </summary>
    public required Func<string, FileKind> Recognise { get; init; }
}
