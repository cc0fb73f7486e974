namespace Tspm.Platform.Linux.Spawning;

/// <summary>What came of one call of posix_spawn.</summary>
/// <param name="Pid">Of the child, to be reaped by whoever started it; 0: there is none.</param>
/// <param name="ErrorNumber">Why not; 0: it runs.</param>
internal readonly record struct SpawnResult(int Pid, int ErrorNumber)
{
    public bool IsStarted => ErrorNumber == 0;

    /// <summary>Why there is no child, to go on a sentence that says what could not be started.</summary>
    public string Reason => SpawnErrors.Reason(ErrorNumber);
}
