namespace Tspm.Model.State;

/// <summary>
/// Why no child came to life: the stage that failed, the system's error number and a sentence for people,
/// such as "cannot change directory to /x: No such file or directory".
/// </summary>
internal sealed record SpawnFailure(string Stage, int Errno, string Sentence)
{
    /// <summary>Stages that more than one room knows.</summary>
    public const string LogStage = "open log file", EnvFileStage = "read envFile", FindStage = "find program",
        ExecuteStage = "execute", DirectoryStage = "change directory", ScriptStage = "find script";

    /// <summary>
    /// What a deployment replaces was not there, or not whole, at this moment: the working directory, the program, its
    /// script, its env file, the folder of its logs. It may be back by the next try.
    /// </summary>
    public bool MayBeReplaced =>
        Stage is LogStage or EnvFileStage or FindStage or ExecuteStage or DirectoryStage or ScriptStage;

    /// <summary>
    /// The same may succeed the next time: what the user runs beforehand has failed, or what had been there is
    /// missing.
    /// </summary>
    public bool MayPass { get; init; }

    /// <summary>
    /// True when trying again by itself may help: no memory, no pids, no descriptors, a busy file (man 3 errno).
    /// </summary>
    public bool IsTransient =>
        MayPass || Errno is 11 /* EAGAIN */ or 12 /* ENOMEM */ or 23 /* ENFILE */ or 24 /* EMFILE */ or 26 /* ETXTBSY */
            or 27 /* EFBIG */ or 28 /* ENOSPC */ or 122 /* EDQUOT */;

    public override string ToString() => Sentence;
}
