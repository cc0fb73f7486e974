using Tspm.Config;
using Tspm.Config.Validation;
using Tspm.Model.Config;

namespace Tspm.Supervision.Starting;

/// <summary>The files that a start depends on.</summary>
/// <param name="EnvFile">The path of the envFile; null if there is none.</param>
/// <param name="Script">Null if no script is needed.</param>
internal sealed record StartFilesRequest(string? EnvFile, NeededScript? Script)
{
    /// <summary>Whether there is nothing to read.</summary>
    public bool IsEmpty => EnvFile is null && Script is null;

    public static StartFilesRequest For(ProcessConfig config) => new(
        config.EnvFile is { } file ? Path.Combine(config.ProjectDir!, file) : null, MissingScript.NeededBy(config));
}

/// <summary>The content of those files when they were read.</summary>
/// <param name="Request">The files that were read; the config may name others by now.</param>
internal sealed record StartFiles(StartFilesRequest Request)
{
    /// <summary>Null if there is none.</summary>
    public EnvFileText? EnvFile { get; init; }

    /// <summary>A sentence about the missing script; null if it exists or none is needed.</summary>
    public string? MissingScript { get; init; }
}
