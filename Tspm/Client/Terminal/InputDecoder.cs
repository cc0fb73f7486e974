using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Tspm.Client.Terminal;

/// <summary>
/// Decodes what a terminal sends: UTF-8, control characters, the sequences of xterm for keys, SGR mouse and bracketed
/// paste. A sequence may arrive in several parts. ESC alone is the Escape key, but also the beginning of a sequence, so
/// the caller waits for a moment while <see cref="IsIncomplete"/> is true, and then calls <see cref="Flush"/>. Answers
/// of the terminal and unknown sequences are dropped, and no bytes make the decoder fail.
/// </summary>
internal sealed class InputDecoder
{
    /// <summary>A longer sequence is not one of a key. What a terminal answers can be longer, and is dropped.</summary>
    const int LongestSequence = 64;

    /// <summary>Pasted text beyond this is dropped.</summary>
    const int LongestPaste = 1 << 20;

    const byte Escape = 0x1b, Bell = 0x07;

    static ReadOnlySpan<byte> EndOfPaste => "\e[201~"u8;

    readonly ArrayBufferWriter<byte> _pending = new(256), _paste = new();
    readonly List<byte> _tail = [];
    bool _isPasting;

    /// <summary>A string of the terminal (OSC, DCS) that is being dropped.</summary>
    bool _isInString;

    /// <summary>Whether the bytes so far may be the beginning of something longer.</summary>
    public bool IsIncomplete => _pending.WrittenCount > 0;

    /// <summary>Decodes bytes, and adds the events that are complete.</summary>
    public void Feed(ReadOnlySpan<byte> bytes, List<InputEvent> events)
    {
        foreach (var one in bytes) Feed(one, events);
    }

    /// <summary>Decodes what is pending as it is, because nothing has followed for a while.</summary>
    public void Flush(List<InputEvent> events)
    {
        var pending = _pending.WrittenSpan;
        if (_isInString) _isInString = false;
        else if (pending is [Escape]) events.Add(new InputEvent.KeyPress(Key.Escape));
        // Alt with a character that begins a sequence.
        else if (pending is [Escape, < 0x80 and var letter]) AddAscii(letter, Modifiers.Alt, events);
        else if (pending is [>= 0x80, ..]) AddCharacter(Rune.ReplacementChar, events);
        _pending.Clear();
    }

    void Feed(byte one, List<InputEvent> events)
    {
        if (_isPasting)
        {
            FeedPaste(one, events);
            return;
        }
        if (_isInString)
        {
            FeedString(one);
            return;
        }
        // A new sequence ends an incomplete one, as in a terminal.
        if (one == Escape && _pending.WrittenCount > 0) Flush(events);
        _pending.Write([one]);
        if (_pending.WrittenSpan[0] == Escape) FeedSequence(events);
        else FeedText(events);
    }

    void FeedText(List<InputEvent> events)
    {
        var pending = _pending.WrittenSpan;
        if (pending[0] < 0x80)
        {
            AddAscii(pending[0], Modifiers.None, events);
            _pending.Clear();
            return;
        }
        var status = Rune.DecodeFromUtf8(pending, out var rune, out var consumed);
        if (status == OperationStatus.NeedMoreData) return;
        AddCharacter(rune, events);
        // An invalid sequence ends before the byte that does not belong to it.
        var rest = pending[consumed..].ToArray();
        _pending.Clear();
        foreach (var one in rest) Feed(one, events);
    }

    void FeedSequence(List<InputEvent> events)
    {
        var pending = _pending.WrittenSpan;
        if (pending.Length == 1) return;
        switch (pending[1])
        {
            case (byte)'[':
                FeedControlSequence(events);
                break;
            case (byte)'O' when pending.Length == 2:
                break;
            case (byte)'O':
                Add(KeySequence.OfLetter(pending[2], Modifiers.None), events);
                _pending.Clear();
                break;
            case (byte)']' or (byte)'P' or (byte)'_' or (byte)'^' or (byte)'X':
                // Text follows if the terminal sends a string; if the user typed Alt with this character, nothing does.
                if (pending.Length > 2) BeginString();
                break;
            case < 0x80:
                AddAscii(pending[1], Modifiers.Alt, events);
                _pending.Clear();
                break;
            default:
                FeedAltCharacter(events);
                break;
        }
    }

    /// <summary>Alt with a character outside ASCII.</summary>
    void FeedAltCharacter(List<InputEvent> events)
    {
        var status = Rune.DecodeFromUtf8(_pending.WrittenSpan[1..], out var rune, out _);
        if (status == OperationStatus.NeedMoreData) return;
        _pending.Clear();
        if (status == OperationStatus.Done)
            events.Add(new InputEvent.KeyPress(Key.Character, rune.Value, Modifiers.Alt));
    }

    void FeedControlSequence(List<InputEvent> events)
    {
        var sequence = _pending.WrittenSpan[2..];
        if (!IsComplete(sequence))
        {
            if (sequence.Length > LongestSequence) ForgetSequence();
            return;
        }
        if (sequence.SequenceEqual("200~"u8)) _isPasting = true;
        else if (sequence[0] != 'M') Add(KeySequence.Decode(sequence), events);
        _pending.Clear();
    }

    /// <summary>
    /// Parameters come before the final byte. The Linux console sends ESC [ [ A for F1, and older mouse reports are ESC
    /// [ M with three bytes.
    /// </summary>
    static bool IsComplete(ReadOnlySpan<byte> sequence) => sequence switch
    {
        [] or [(byte)'['] => false,
        [(byte)'M', ..] => sequence.Length == 4,
        _ => sequence[^1] is not (>= 0x20 and < 0x40),
    };

    /// <summary>Keeps only the beginning, with a parameter that no key has.</summary>
    void ForgetSequence()
    {
        _pending.Clear();
        _pending.Write("\e[?"u8);
    }

    void BeginString()
    {
        var last = _pending.WrittenSpan[^1];
        _pending.ResetWrittenCount();
        _pending.Write([Escape]);
        _isInString = true;
        FeedString(last);
    }

    /// <summary>A string ends with BEL, or with ESC and a backslash.</summary>
    void FeedString(byte one)
    {
        var isEscaped = _pending.WrittenCount > 1;
        if (one == Bell || isEscaped)
        {
            _isInString = false;
            _pending.Clear();
            return;
        }
        if (one == Escape) _pending.Write([one]);
    }

    void FeedPaste(byte one, List<InputEvent> events)
    {
        _tail.Add(one);
        // Bytes that cannot be the beginning of the end belong to the text.
        while (_tail.Count > 0 && !EndOfPaste.StartsWith(CollectionsMarshal.AsSpan(_tail)))
        {
            if (_paste.WrittenCount < LongestPaste) _paste.Write([_tail[0]]);
            _tail.RemoveAt(0);
        }
        if (_tail.Count < EndOfPaste.Length) return;
        events.Add(new InputEvent.Paste(Encoding.UTF8.GetString(_paste.WrittenSpan)));
        _paste.Clear();
        _tail.Clear();
        _isPasting = false;
    }

    static void Add(InputEvent? decoded, List<InputEvent> events)
    {
        if (decoded is not null) events.Add(decoded);
    }

    static void AddCharacter(Rune rune, List<InputEvent> events) =>
        events.Add(new InputEvent.KeyPress(Key.Character, rune.Value));

    static void AddAscii(byte letter, Modifiers modifiers, List<InputEvent> events) =>
        events.Add(KeySequence.OfAscii(letter, modifiers));
}
