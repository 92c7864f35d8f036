// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/app_info.h"
#include "app/desktop/main_window.h"
#include "app/desktop/session.h"
#include "app/desktop/single_window.h"
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
    parser.addPositionalArgument(QStringLiteral("path"), QObject::tr("Model (.onnx), model folder, project (.octet); without it what was open last."),
        QStringLiteral("[path]"));
    parser.process(application);
    if (parser.positionalArguments().size() > 1) {
        std::fputs("octet: one path at most. See octet --help.\n", stderr);
        return 1;
    }

    QString path = parser.positionalArguments().value(0);
    if (parser.isSet(sample)) {
        path = sampleModel();
        if (path.isEmpty()) {
            std::fputs("octet: the sample did not come with this program.\n", stderr);
            return 1;
        }
    }
    if (path.isEmpty())
        path = session::lastOpen();
    if (!path.isEmpty() && SingleWindow::showOther(path))
        return 0;
    session::forgetLastOpen();

    style::install();
    MainWindow window;
    window.show();
    if (!path.isEmpty())
        window.open(path);
    return QApplication::exec();
}
