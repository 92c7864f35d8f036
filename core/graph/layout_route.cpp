// SPDX-License-Identifier: GPL-3.0-or-later
// Edges with right angles. A short edge (to the next rank) bends once, in the channel between the two rows; edges that
// share a source, or a target, share a track there. A long edge leaves its row, runs down a lane to the right of
// everything that it passes, and comes back; boxes at the right end of their row are left and entered at their side.
#include "core/graph/layout_level.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace octet::graph {

namespace {

constexpr double laneGap = 12;
constexpr double trackGap = 6;

std::size_t at(int i)
{
    return static_cast<std::size_t>(i);
}

struct Net // what shares one track of a channel
{
    double left = 0, right = 0;
    std::size_t track = 0;
};

class Router
{
public:
    Router(Level& level, const LayoutOptions& options)
        : m_level(level)
        , m_options(options)
        , m_channels(level.ranks.size() + 1)
        , m_lane(level.edges.size(), -1)
        , m_sideOut(level.edges.size(), 0)
        , m_sideIn(level.edges.size(), 0)
    {
    }

    void route()
    {
        measureRows();
        chooseLanes();
        collectNets();
        placeRows();
        for (std::size_t e = 0; e < m_level.edges.size(); ++e)
            draw(e);
    }

private:
    const LevelNode& from(std::size_t e) const { return m_level.nodes[at(m_level.edges[e].from)]; }
    const LevelNode& to(std::size_t e) const { return m_level.nodes[at(m_level.edges[e].to)]; }
    bool isShort(std::size_t e) const { return to(e).rank == from(e).rank + 1; }

    void measureRows()
    {
        for (const auto& rank : m_level.ranks) {
            double right = 0, height = 0;
            for (const int node : rank) {
                const LevelNode& n = m_level.nodes[at(node)];
                right = std::max(right, n.x - n.anchor + n.width);
                height = std::max(height, n.height);
            }
            m_right.push_back(right);
            m_heights.push_back(height);
        }
    }

    bool hasFreeSide(const LevelNode& node) const
    {
        return !node.frame && node.box >= 0 && node.x - node.anchor + node.width >= m_right[at(node.rank)] - 0.5;
    }

    void chooseLanes()
    {
        std::vector<std::size_t> longEdges;
        for (std::size_t e = 0; e < m_level.edges.size(); ++e)
            if (!isShort(e) && !m_level.edges[e].stub)
                longEdges.push_back(e);
        const auto span = [&](std::size_t e) { return std::abs(to(e).rank - from(e).rank); };
        std::stable_sort(longEdges.begin(), longEdges.end(), [&](auto a, auto b) { return span(a) < span(b); });
        struct Lane
        {
            double x;
            int first, last;
        };
        std::vector<Lane> lanes;
        for (const std::size_t e : longEdges) {
            const int first = std::min(from(e).rank, to(e).rank), last = std::max(from(e).rank, to(e).rank);
            double base = 0;
            for (int r = first; r <= last; ++r)
                base = std::max(base, m_right[at(r)]);
            m_sideOut[e] = hasFreeSide(from(e));
            m_sideIn[e] = hasFreeSide(to(e));
            std::vector<double> taken;
            for (const Lane& lane : lanes)
                if (lane.first <= last && first <= lane.last)
                    taken.push_back(lane.x);
            std::sort(taken.begin(), taken.end());
            double x = base + laneGap;
            for (const double other : taken)
                if (std::abs(other - x) < laneGap)
                    x = other + laneGap;
            m_lane[e] = x;
            lanes.push_back({x, first, last});
        }
    }

    void join(std::size_t channel, int net, double x1, double x2)
    {
        auto [it, isNew] = m_channels[channel].emplace(net, Net{std::min(x1, x2), std::max(x1, x2), 0});
        it->second.left = std::min({it->second.left, x1, x2});
        it->second.right = std::max({it->second.right, x1, x2});
    }

    // Positive keys: by source; negative: by target, where all sources have nothing else below.
    int netOf(std::size_t e) const
    {
        const LevelEdge& edge = m_level.edges[e];
        return m_ownTarget[at(edge.to)] ? -1 - edge.to : edge.from;
    }

    void collectNets()
    {
        std::vector<int> outs(m_level.nodes.size(), 0), ins(m_level.nodes.size(), 0);
        for (std::size_t e = 0; e < m_level.edges.size(); ++e)
            if (isShort(e)) {
                ++outs[at(m_level.edges[e].from)];
                ++ins[at(m_level.edges[e].to)];
            }
        m_ownTarget.assign(m_level.nodes.size(), 0);
        for (std::size_t n = 0; n < m_level.nodes.size(); ++n)
            m_ownTarget[n] = ins[n] > 1;
        for (std::size_t e = 0; e < m_level.edges.size(); ++e)
            if (isShort(e) && outs[at(m_level.edges[e].from)] > 1)
                m_ownTarget[at(m_level.edges[e].to)] = 0;
        for (std::size_t e = 0; e < m_level.edges.size(); ++e) {
            if (m_level.edges[e].stub)
                continue;
            if (isShort(e)) {
                if (from(e).x != to(e).x)
                    join(at(to(e).rank), netOf(e), from(e).x, to(e).x);
                continue;
            }
            // The two ends of a long edge are nets of their own, behind all node numbers.
            const int own = static_cast<int>(m_level.nodes.size() + 2 * e);
            if (!m_sideOut[e])
                join(at(from(e).rank) + 1, own, from(e).x, m_lane[e]);
            if (!m_sideIn[e])
                join(at(to(e).rank), own + 1, to(e).x, m_lane[e]);
        }
        for (auto& channel : m_channels)
            m_tracks.push_back(assignTracks(channel));
    }

    static std::size_t assignTracks(std::map<int, Net>& channel)
    {
        std::vector<Net*> nets;
        for (auto& [key, net] : channel)
            nets.push_back(&net);
        std::stable_sort(nets.begin(), nets.end(), [](const Net* a, const Net* b) { return a->left < b->left; });
        std::vector<double> ends; // right end of what is in each track
        for (Net* net : nets) {
            const auto it = std::find_if(ends.begin(), ends.end(), [&](double end) { return end + 4 < net->left; });
            net->track = static_cast<std::size_t>(it - ends.begin());
            if (it == ends.end())
                ends.push_back(net->right);
            else
                *it = net->right;
        }
        return ends.size();
    }

    void placeRows()
    {
        double y = 0;
        const std::size_t rows = m_level.ranks.size();
        for (std::size_t r = 0; r <= rows; ++r) {
            const bool outer = r == 0 || r == rows;
            const auto tracks = static_cast<double>(m_tracks[r]);
            const double gap = outer && tracks == 0 ? 0 : m_options.rowGap + std::max(0.0, tracks - 1) * trackGap;
            m_channelTop.push_back(y);
            m_channelHeight.push_back(gap);
            y += gap;
            if (r == rows)
                break;
            for (const int node : m_level.ranks[r])
                m_level.nodes[at(node)].y = y;
            y += m_heights[r];
        }
        m_level.height = y;
        m_level.width = *std::max_element(m_right.begin(), m_right.end());
        for (const double lane : m_lane)
            m_level.width = std::max(m_level.width, lane + 2);
    }

    double trackY(std::size_t channel, int net) const
    {
        // The last third is for arrowheads.
        const auto track = static_cast<double>(m_channels[channel].at(net).track);
        const auto tracks = static_cast<double>(m_tracks[channel]);
        return m_channelTop[channel]
            + std::round((m_channelHeight[channel] - m_options.rowGap / 3) * (track + 1) / (tracks + 1));
    }

    // Several edges at one side are spread over the part of it that is theirs.
    double sideY(std::size_t e, bool out)
    {
        const LevelNode& node = out ? from(e) : to(e);
        int index = 0, count = 0;
        for (std::size_t other = 0; other < m_level.edges.size(); ++other) {
            const LevelEdge& edge = m_level.edges[other];
            const bool same = out ? edge.from == m_level.edges[e].from && m_sideOut[other]
                                  : edge.to == m_level.edges[e].to && m_sideIn[other];
            index += same && other < e;
            count += same;
        }
        const double begin = out ? 0.5 : 0.1;
        return node.y + std::round(node.height * (begin + 0.4 * (index + 1) / (count + 1)));
    }

    void draw(std::size_t e)
    {
        LevelEdge& edge = m_level.edges[e];
        const LevelNode& a = from(e);
        const LevelNode& b = to(e);
        const double bottom = a.y + a.height;
        if (edge.stub) {
            const double x = b.x - std::min(b.anchor, b.width - b.anchor) / 2;
            edge.points = {{x, b.y - m_options.rowGap * 0.7}, {x, b.y}};
            return;
        }
        if (isShort(e)) {
            if (a.x == b.x) {
                edge.points = {{a.x, bottom}, {b.x, b.y}};
                return;
            }
            const double y = trackY(at(b.rank), netOf(e));
            edge.points = {{a.x, bottom}, {a.x, y}, {b.x, y}, {b.x, b.y}};
            return;
        }
        const int own = static_cast<int>(m_level.nodes.size() + 2 * e);
        const double lane = m_lane[e];
        if (m_sideOut[e]) {
            const double y = sideY(e, true);
            edge.points = {{a.x - a.anchor + a.width, y}, {lane, y}};
        } else {
            const double y = trackY(at(a.rank) + 1, own);
            edge.points = {{a.x, bottom}, {a.x, y}, {lane, y}};
        }
        if (m_sideIn[e]) {
            const double y = sideY(e, false);
            edge.points.insert(edge.points.end(), {{lane, y}, {b.x - b.anchor + b.width, y}});
        } else {
            const double y = trackY(at(b.rank), own + 1);
            edge.points.insert(edge.points.end(), {{lane, y}, {b.x, y}, {b.x, b.y}});
        }
    }

    Level& m_level;
    const LayoutOptions& m_options;
    std::vector<double> m_right, m_heights; // by rank
    std::vector<std::map<int, Net>> m_channels; // channel r lies above rank r, the last one below all
    std::vector<std::size_t> m_tracks;
    std::vector<double> m_channelTop, m_channelHeight;
    std::vector<char> m_ownTarget; // by node
    std::vector<double> m_lane; // by edge: x, -1 = none
    std::vector<char> m_sideOut, m_sideIn;
};

} // namespace

void routeLevel(Level& level, const LayoutOptions& options)
{
    if (!level.nodes.empty())
        Router(level, options).route();
}

} // namespace octet::graph
