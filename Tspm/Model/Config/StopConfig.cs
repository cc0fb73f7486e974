namespace Tspm.Model.Config;

/// <summary>The <c>stop</c> object of a config; null members mean the default.</summary>
internal sealed record StopConfig
{
    /// <summary>A signal name, with or without SIG, or a signal number; SIGTERM by default.</summary>
    public string? Signal { get; init; }

    /// <summary>Milliseconds after which the whole process tree is killed.</summary>
    public int? TimeoutMs { get; init; }

    /// <summary>Whether leftover processes of the child are stopped too; true by default.</summary>
    public bool? KillTree { get; init; }
}
