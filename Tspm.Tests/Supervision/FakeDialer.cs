using Tspm.Model.Config;
using Tspm.Platform;

namespace Tspm.Tests.Supervision;

/// <summary>Connections played by hand: answers at once with <see cref="Answer"/>, or never.</summary>
internal sealed class FakeDialer : IDialer
{
    /// <summary>Problem and first line; null: nothing comes.</summary>
    public Func<HostPort, (string? Problem, string Line)?> Answer { get; set; } = static _ =>
        ("connection refused", "");

    /// <summary>Where connections go; null: nobody says.</summary>
    public DialedAddress? Address { get; set; }

    public int Dialled { get; private set; }

    /// <summary>Questions that nobody has ended yet.</summary>
    public int Open { get; private set; }

    public IDisposable Dial(HostPort place, byte[]? request, DialResult told)
    {
        Dialled++;
        Open++;
        if (Answer(place) is { } answer) told(answer.Problem, answer.Line, Address);
        return new Ending(this);
    }

    sealed class Ending(FakeDialer dialer) : IDisposable
    {
        bool _done;

        public void Dispose()
        {
            if (!_done) dialer.Open--;
            _done = true;
        }
    }
}
