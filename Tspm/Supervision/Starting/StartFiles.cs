using Tspm.Config;
using Tspm.Config.Validation;
using Tspm.Model.Config;

namespace Tspm.Supervision.Starting;

/// <summary>Which files a start depends on.</summary>
/// <param name="EnvFile">Its path; null: there is none.</param>
/// <param name="Script">Null: none has to be there.</param>
internal sealed record StartFilesRequest(string? EnvFile, NeededScript? Script)
{
    public static StartFilesRequest Of(ProcessConfig config) => new(
        config.EnvFile is { } file ? Path.Combine(config.ProjectDir!, file) : null, MissingScript.NeededBy(config));
}

/// <summary>What those files said when they were read.</summary>
/// <param name="Request">Which they were: another config may name others.</param>
internal sealed record StartFiles(StartFilesRequest Request)
{
    /// <summary>Null: there is none.</summary>
    public EnvFileText? EnvFile { get; init; }

    /// <summary>A sentence about the script that is not there; null: it is, or need not be.</summary>
    public string? MissingScript { get; init; }
}
