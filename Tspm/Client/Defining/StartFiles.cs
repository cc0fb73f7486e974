using Tspm.Config;
using Tspm.Config.Import;
using Tspm.Platform;

namespace Tspm.Client.Defining;

/// <summary>
/// What the words of <c>start</c> can be, besides processes: looked up in the shell's folder and on the PATH.
/// </summary>
internal sealed record StartFiles
{
    /// <summary>
    /// This machine's. Nothing is known of another one's files: there only the words themselves count.
    /// </summary>
    public static StartFiles Here => CurrentFolder.IsElsewhere ? Elsewhere : OnThisMachine;

    static readonly StartFiles OnThisMachine = new()
    {
        AreKnown = true,
        IsFile = static path => RegularFile.Obstacle(path) is null && File.Exists(path),
        IsFolder = Directory.Exists,
        IsProgram = Interpreters.IsOnPath,
        OwnInterpreter = ScriptFile.OwnInterpreter,
        HasVariable = static name => Environment.GetEnvironmentVariable(name) is not null,
        Recognise = ForeignFile.Recognise,
    };

    static readonly StartFiles Elsewhere = OnThisMachine with
    {
        AreKnown = false,
        IsFile = static _ => false,
        IsFolder = static _ => false,
        IsProgram = static _ => false,
        OwnInterpreter = static _ => null,
        HasVariable = static _ => true,
    };

    /// <summary>False: a file that is not found may be there all the same.</summary>
    public required bool AreKnown { get; init; }

    public required Func<string, bool> IsFile { get; init; }

    public required Func<string, bool> IsFolder { get; init; }

    /// <summary>Is there such a program on the client's PATH?</summary>
    public required Func<string, bool> IsProgram { get; init; }

    /// <summary>See <see cref="ScriptFile.OwnInterpreter"/>.</summary>
    public required Func<string, string?> OwnInterpreter { get; init; }

    /// <summary>Is this variable set in the shell?</summary>
    public required Func<string, bool> HasVariable { get; init; }

    /// <summary>Whose file of processes it is. Config files are read on this machine, whichever runs them.</summary>
    public required Func<string, FileKind> Recognise { get; init; }
}
