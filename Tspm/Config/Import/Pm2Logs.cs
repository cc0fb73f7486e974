using System.Text.Json;
using static Tspm.Config.Import.Pm2Value;

namespace Tspm.Config.Import;

/// <summary>Imports the settings of a PM2 app about its log files.</summary>
/// <param name="name">The name of the app.</param>
/// <param name="imported">Receives what could not be imported.</param>
internal sealed class Pm2Logs(string name, Imported imported)
{
    string? _logFile;
    JsonElement _mergeLogs;

    public string? OutFile { get; private set; }

    public string? ErrFile { get; private set; }

    public bool? MergeLogs { get; private set; }

    /// <summary>Imports one setting.</summary>
    /// <returns>False if it is none of these, or its value is not valid.</returns>
    public bool Take(string key, JsonElement value)
    {
        switch (key)
        {
            case "out_file" or "out" or "output" or "out_log":
                return Pm2Value.Text(value) is { } output && Did(OutFile = LogPath(output));
            case "error_file" or "err_file" or "err" or "error" or "err_log":
                return Pm2Value.Text(value) is { } errors && Did(ErrFile = LogPath(errors));
            case "log_file" or "log":
                // Without a path, it is a combined file of PM2; the command tspm logs shows both streams anyway.
                if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return true;
                return (_logFile = Pm2Value.Text(value)) is not null;
            case "disable_logs" when value.ValueKind == JsonValueKind.True:
                return Did(OutFile = ErrFile = "/dev/null");
            case "merge_logs" or "combine_logs": return Did(_mergeLogs = value);
            default: return false;
        }
    }

    /// <summary>Imports the file for both streams, once all settings are known.</summary>
    public void TakeCombined()
    {
        if (_logFile is null) return;
        if (OutFile is null && ErrFile is null)
            (OutFile, MergeLogs) = (LogPath(_logFile), true);
        else
            imported.Leave(name, "log_file", _logFile,
                "a file for both streams is outFile with mergeLogs; it cannot be added to two separate files");
    }

    /// <summary>Records what is different for the logs of several instances.</summary>
    public void ReportInstances()
    {
        var merges = _mergeLogs.ValueKind == JsonValueKind.True;
        // Instances share the files that a config names; the default log files of Tspm are separate.
        var sharesAll = (OutFile is not null && ErrFile is not null) || _logFile is not null;
        if (merges && !sharesAll) imported.Leave(name, "merge_logs", _mergeLogs, Pm2Hints.MergeLogs);
        if (!merges && (OutFile ?? ErrFile) is { } file && file != "/dev/null")
            imported.Notes.Add(
                $"{name}: all instances write to {file}, as with merge_logs; PM2 gives each its own file");
    }

    /// <summary>The log path in the sense of Tspm. PM2 writes "NULL" or /dev/null for no log.</summary>
    string? LogPath(string path)
    {
        if (path is "NULL") return "/dev/null";
        return LogStreams.IsOne(path, imported) ? null : path;
    }
}
