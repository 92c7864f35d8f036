// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/app_info.h"
#include "app/desktop/main_window.h"
#include "app/desktop/style.h"

#include <QApplication>
#include <QCommandLineParser>

#include <cstdio>

int main(int argc, char** argv)
{
    using namespace octet::desktop;
    setApplicationNames();
    QApplication application(argc, argv);
    setApplicationNames();

    QCommandLineParser parser;
    parser.setApplicationDescription(QObject::tr("A workbench for running Transformers in int8 on Intel CPUs."));
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption sample(
        QStringLiteral("sample"), QObject::tr("Open the sample that came with the program."));
    parser.addOption(sample);
    parser.addPositionalArgument(QStringLiteral("path"), QObject::tr("Model (.onnx), model folder, project (.octet)."),
        QStringLiteral("[path]"));
    parser.process(application);
    if (parser.positionalArguments().size() > 1) {
        std::fputs("octet: one path at most. See octet --help.\n", stderr);
        return 1;
    }

    style::install();
    MainWindow window;
    window.show();
    if (parser.isSet(sample)) {
        if (sampleFolder().isEmpty()) {
            std::fputs("octet: the sample did not come with this program.\n", stderr);
            return 1;
        }
        window.open(sampleModel());
    } else if (!parser.positionalArguments().isEmpty()) {
        window.open(parser.positionalArguments().constFirst());
    }
    return QApplication::exec();
}
