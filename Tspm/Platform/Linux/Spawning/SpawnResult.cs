namespace Tspm.Platform.Linux.Spawning;

/// <summary>The result of one call of posix_spawn.</summary>
/// <param name="Pid">The pid of the child, which its starter has to reap; 0 if there is no child.</param>
/// <param name="ErrorNumber">Why there is no child; 0 if it runs.</param>
internal readonly record struct SpawnResult(int Pid, int ErrorNumber)
{
    public bool IsStarted => ErrorNumber == 0;

    /// <summary>The reason, for the end of a sentence that says what could not be started.</summary>
    public string Reason => SpawnErrors.Reason(ErrorNumber);
}
