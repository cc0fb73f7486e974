namespace Tspm.Model.State;

/// <summary>Who requested something, as reported by the kernel.</summary>
/// <param name="Uid">The user.</param>
/// <param name="Pid">The process.</param>
/// <param name="Signal">The signal that was used; null if it was a request over the socket.</param>
internal sealed record Requester(long Uid, int Pid, string? Signal = null)
{
    public override string ToString() =>
        Signal is null ? $"uid {Uid}, pid {Pid}" : $"{Signal} from uid {Uid}, pid {Pid}";
}
