using System.Text.Json.Serialization;

namespace Tspm.Model.Config;

/// <summary>
/// Resource limits of the child (man 2 setrlimit). Each value is both the soft and the hard limit; null means
/// inherited.
/// </summary>
internal sealed record ResourceLimits
{
    /// <summary>Open descriptors.</summary>
    public long? Nofile { get; init; }

    /// <summary>Processes of the user.</summary>
    public long? Nproc { get; init; }

    /// <summary>Size of a core file, in bytes.</summary>
    public long? Core { get; init; }

    /// <summary>Address space, in bytes.</summary>
    public long? As { get; init; }

    /// <summary>Size of a file, in bytes.</summary>
    public long? Fsize { get; init; }

    /// <summary>CPU time, in seconds.</summary>
    public long? Cpu { get; init; }

    /// <summary>Locked memory, in bytes.</summary>
    public long? Memlock { get; init; }

    /// <summary>Stack, in bytes.</summary>
    public long? Stack { get; init; }

    /// <summary>
    /// Whether no limit is set. It is computed, so it must not appear in JSON, where it would be refused as an unknown
    /// field.
    /// </summary>
    [JsonIgnore]
    public bool IsEmpty => this == new ResourceLimits();
}
