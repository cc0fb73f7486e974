namespace Tspm.Model.State;

/// <summary>
/// Why a child could not be started: the stage that failed, the error number, and a sentence for people such as "cannot
/// change directory to /x: No such file or directory".
/// </summary>
internal sealed record SpawnFailure(string Stage, int Errno, string Sentence)
{
    /// <summary>Stages that several rooms refer to.</summary>
    public const string LogStage = "open log file", EnvFileStage = "read envFile", FindStage = "find program",
        ExecuteStage = "execute", DirectoryStage = "change directory", ScriptStage = "find script";

    /// <summary>
    /// Whether the failure may come from a deployment in progress: the working directory, the program, its script, its
    /// env file or the folder of its logs was missing or incomplete at this moment, and may be back at the next try.
    /// </summary>
    public bool MayBeReplaced =>
        Stage is LogStage or EnvFileStage or FindStage or ExecuteStage or DirectoryStage or ScriptStage;

    /// <summary>
    /// Whether the next try may succeed: a hook of the user failed, or something is missing that had been there.
    /// </summary>
    public bool MayPass { get; init; }

    /// <summary>Whether trying again may help: no memory, no pids, no descriptors, a busy file (man 3 errno).</summary>
    public bool IsTransient =>
        MayPass || Errno is 11 /* EAGAIN */ or 12 /* ENOMEM */ or 23 /* ENFILE */ or 24 /* EMFILE */ or 26 /* ETXTBSY */
            or 27 /* EFBIG */ or 28 /* ENOSPC */ or 122 /* EDQUOT */;

    public override string ToString() => Sentence;
}
