namespace Tspm.Logs.Writing;

/// <summary>Whose bytes a stream carries, for the time index.</summary>
internal sealed class OutputRun(ulong id)
{
    public ulong Id => id;

    /// <summary>0: not started yet, or by an earlier daemon, which has written it down.</summary>
    public int Pid { get; set; }

    /// <summary>The start is in the index.</summary>
    public bool IsNoted { get; set; }
}
