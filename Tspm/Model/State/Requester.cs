namespace Tspm.Model.State;

/// <summary>Who asked for something, by the kernel's word.</summary>
/// <param name="Uid">User.</param>
/// <param name="Pid">Process.</param>
/// <param name="Signal">The signal by which it asked; null: it sent a request.</param>
internal sealed record Requester(long Uid, int Pid, string? Signal = null)
{
    public override string ToString() =>
        Signal is null ? $"uid {Uid}, pid {Pid}" : $"{Signal} from uid {Uid}, pid {Pid}";
}
