using System.Text.Json;
using Tspm.Model;

namespace Tspm.Storage;

/// <summary>The run records under <c>run/</c>: one file per instance, replaced atomically. Trouble on writing is kept as a sentence, never thrown: supervision goes on.</summary>
internal sealed class RunRecordStore(TspmHome home)
{
    /// <summary>Why the newest records are not on disk; null when they are.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Replaces the record of an instance. False: it could not be written.</summary>
    public bool Save(InstanceKey key, RunRecord record)
    {
        try
        {
            AtomicFile.Write(home.RunRecordPath(key), JsonSerializer.SerializeToUtf8Bytes(record, StorageJson.Compact.RunRecord), durable: false);
            Trouble = null;
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Trouble = $"run records cannot be written: {Platform.Files.Describe(e)}";
            return false;
        }
    }

    public void Remove(InstanceKey key)
    {
        try
        {
            File.Delete(home.RunRecordPath(key));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Trouble = $"run records cannot be removed: {Platform.Files.Describe(e)}";
        }
    }

    /// <summary>All records that can be read. One that cannot (a torn write before a power cut) says nothing and is skipped.</summary>
    public IReadOnlyDictionary<InstanceKey, RunRecord> LoadAll()
    {
        var records = new Dictionary<InstanceKey, RunRecord>();
        foreach (var path in Directory.EnumerateFiles(home.RunFolder, "*.json"))
            if (KeyOf(Path.GetFileNameWithoutExtension(path)) is { } key && TryRead(path) is { } record)
                records[key] = record;
        return records;
    }

    /// <summary>FIFOs that lie in the folder: (instance, run, stream, path).</summary>
    public IEnumerable<(InstanceKey Key, ulong RunId, string Stream, string Path)> Fifos()
    {
        foreach (var path in Directory.EnumerateFiles(home.RunFolder))
        {
            var parts = Path.GetFileName(path).Split('.');
            if (parts.Length == 4 && KeyOf($"{parts[0]}.{parts[1]}") is { } key && ulong.TryParse(parts[2], out var run))
                yield return (key, run, parts[3], path);
        }
    }

    static RunRecord? TryRead(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), StorageJson.Compact.RunRecord);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    static InstanceKey? KeyOf(string text)
    {
        var parts = text.Split('.');
        return parts.Length == 2 && int.TryParse(parts[0], out var id) && int.TryParse(parts[1], out var instance) ? new InstanceKey(id, instance) : null;
    }
}
