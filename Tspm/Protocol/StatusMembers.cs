using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tspm.Model.State;

namespace Tspm.Protocol;

/// <summary>Collects the members of a <see cref="ProcessStatus"/> as they are read.</summary>
internal struct StatusMembers
{
    string? _name, _namespace, _signal, _reason, _waitsFor, _stopSignal, _command, _cwd, _user, _project;
    string? _outLog, _errLog;
    int? _id, _instance, _pid, _exitCode;
    int _restarts, _consecutiveFailures;
    long? _uptimeMs, _memoryBytes, _nextStartInMs, _startTimeoutInMs, _killInMs;
    double? _cpuPercent;
    bool? _ready, _health;
    DateTimeOffset? _nextRunAt, _startedAt, _createdAt;
    ProcessState? _state;
    DesiredState? _desired;
    LastRun? _lastRun;
    List<string>? _args;
    List<int>? _ports;

    /// <summary>Reads the value that the reader is at.</summary>
    /// <returns>False if there is no member with this name; then the reader has not moved.</returns>
    public bool TryRead(scoped ReadOnlySpan<char> name, ref Utf8JsonReader reader, JsonSerializerOptions options) =>
        TryReadText(name, ref reader) || TryReadNumber(name, ref reader) || TryReadOther(name, ref reader, options);

    /// <summary>Returns the status once all members have been read.</summary>
    /// <exception cref="JsonException">A required member is missing or null.</exception>
    public readonly ProcessStatus Complete() => new()
    {
        Id = Required(_id),
        Name = Required(_name),
        Namespace = Required(_namespace),
        Instance = Required(_instance),
        State = Required(_state),
        Desired = Required(_desired),
        Pid = _pid,
        Restarts = _restarts,
        ConsecutiveFailures = _consecutiveFailures,
        UptimeMs = _uptimeMs,
        CpuPercent = _cpuPercent,
        MemoryBytes = _memoryBytes,
        ExitCode = _exitCode,
        Signal = _signal,
        Reason = Required(_reason),
        NextStartInMs = _nextStartInMs,
        NextRunAt = _nextRunAt,
        LastRun = _lastRun,
        WaitsFor = _waitsFor,
        StartTimeoutInMs = _startTimeoutInMs,
        StopSignal = _stopSignal,
        KillInMs = _killInMs,
        Ready = _ready,
        Health = _health,
        Ports = _ports,
        StartedAt = _startedAt,
        CreatedAt = Required(_createdAt),
        Command = Required(_command),
        Args = _args,
        Cwd = Required(_cwd),
        User = _user,
        Project = _project,
        OutLog = Required(_outLog),
        ErrLog = Required(_errLog),
    };

    bool TryReadText(scoped ReadOnlySpan<char> name, ref Utf8JsonReader reader)
    {
        switch (name)
        {
            case "name": _name = reader.GetString(); break;
            case "namespace": _namespace = reader.GetString(); break;
            case "signal": _signal = reader.GetString(); break;
            case "reason": _reason = reader.GetString(); break;
            case "waitsFor": _waitsFor = reader.GetString(); break;
            case "stopSignal": _stopSignal = reader.GetString(); break;
            case "command": _command = reader.GetString(); break;
            case "cwd": _cwd = reader.GetString(); break;
            case "user": _user = reader.GetString(); break;
            case "project": _project = reader.GetString(); break;
            case "outLog": _outLog = reader.GetString(); break;
            case "errLog": _errLog = reader.GetString(); break;
            default: return false;
        }
        return true;
    }

    bool TryReadNumber(scoped ReadOnlySpan<char> name, ref Utf8JsonReader reader)
    {
        var isNull = reader.TokenType == JsonTokenType.Null;
        switch (name)
        {
            case "id": _id = reader.GetInt32(); break;
            case "instance": _instance = reader.GetInt32(); break;
            case "pid": _pid = isNull ? null : reader.GetInt32(); break;
            case "restarts": _restarts = reader.GetInt32(); break;
            case "consecutiveFailures": _consecutiveFailures = reader.GetInt32(); break;
            case "exitCode": _exitCode = isNull ? null : reader.GetInt32(); break;
            case "uptimeMs": _uptimeMs = isNull ? null : reader.GetInt64(); break;
            case "cpuPercent": _cpuPercent = isNull ? null : reader.GetDouble(); break;
            case "memoryBytes": _memoryBytes = isNull ? null : reader.GetInt64(); break;
            case "nextStartInMs": _nextStartInMs = isNull ? null : reader.GetInt64(); break;
            case "startTimeoutInMs": _startTimeoutInMs = isNull ? null : reader.GetInt64(); break;
            case "killInMs": _killInMs = isNull ? null : reader.GetInt64(); break;
            default: return false;
        }
        return true;
    }

    bool TryReadOther(scoped ReadOnlySpan<char> name, ref Utf8JsonReader reader, JsonSerializerOptions options)
    {
        var isNull = reader.TokenType == JsonTokenType.Null;
        switch (name)
        {
            case "state": _state = StateNames.Find(reader.GetString()); break;
            case "desired": _desired = StateNames.FindDesired(reader.GetString()); break;
            case "ready": _ready = isNull ? null : reader.GetBoolean(); break;
            case "health": _health = isNull ? null : reader.GetBoolean(); break;
            case "nextRunAt": _nextRunAt = isNull ? null : reader.GetDateTimeOffset(); break;
            case "startedAt": _startedAt = isNull ? null : reader.GetDateTimeOffset(); break;
            case "createdAt": _createdAt = reader.GetDateTimeOffset(); break;
            case "lastRun": _lastRun = isNull ? null : ReadLastRun(ref reader, options); break;
            case "ports": _ports = isNull ? null : ReadNumbers(ref reader); break;
            case "args": _args = isNull ? null : ReadTexts(ref reader); break;
            default: return false;
        }
        return true;
    }

    /// <summary>The metadata of this type is used only here, because most entries have no last run.</summary>
    static LastRun? ReadLastRun(ref Utf8JsonReader reader, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize(ref reader, (JsonTypeInfo<LastRun>)options.GetTypeInfo(typeof(LastRun)));

    static List<int> ReadNumbers(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException();
        var numbers = new List<int>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) numbers.Add(reader.GetInt32());
        return numbers;
    }

    static List<string> ReadTexts(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException();
        var texts = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) texts.Add(Required(reader.GetString()));
        return texts;
    }

    static T Required<T>(T? value) where T : struct => value ?? throw new JsonException();

    static string Required(string? value) => value ?? throw new JsonException();
}
