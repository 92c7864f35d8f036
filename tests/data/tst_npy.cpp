// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/npy.h"
#include "data_test.h"
#include "test_main.h"

#include <onnx/onnx_pb.h>

#include <csignal>
#include <cstring>

#include <sys/resource.h>

using namespace octet;
using octet::test::Folder;

namespace {

QByteArray npy(const QByteArray& dictionary, const QByteArray& data, char version = 1)
{
    QByteArray file("\x93NUMPY", 6);
    file += version;
    file += '\0';
    const auto length = static_cast<unsigned>(dictionary.size());
    for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
        file += static_cast<char>(length >> (8 * i) & 0xff);
    return file + dictionary + data;
}

QByteArray dictionary(const char* descr, const char* shape, const char* fortran = "False")
{
    return QString("{'descr': %1, 'fortran_order': %2, 'shape': %3, }\n").arg(descr, fortran, shape).toUtf8();
}

Tensor filled(DType type, const Shape& shape)
{
    Tensor tensor(type, shape);
    for (std::size_t i = 0; i < tensor.bytes.size(); ++i)
        tensor.bytes[i] = static_cast<std::byte>(type == DType::Bool ? i % 2 : i * 7 + 1);
    return tensor;
}

} // namespace

class TestNpy : public QObject
{
    Q_OBJECT

private slots:
    void roundTrip_data()
    {
        QTest::addColumn<int>("type");
        for (const DType type : {DType::Bool, DType::U8, DType::I8, DType::U16, DType::I16, DType::F16, DType::U32,
                 DType::I32, DType::F32, DType::U64, DType::I64, DType::F64})
            QTest::newRow(toString(type).c_str()) << static_cast<int>(type);
    }
    void roundTrip()
    {
        QFETCH(const int, type);
        const Folder folder;
        for (const Shape& shape : {Shape{}, Shape{0}, Shape{5}, Shape{2, 3, 4}, Shape{3, 0}}) {
            const Tensor tensor = filled(static_cast<DType>(type), shape);
            data::writeNpy(folder.path("a.npy"), tensor);
            QVERIFY(data::readNpy(folder.path("a.npy")) == tensor);
        }
        QCOMPARE(QDir(QString::fromStdString(folder.path())).entryList(QDir::Files).size(), 1);
    }

    void bytesAreNumPys()
    {
        const Folder folder;
        data::writeNpy(folder.path("a.npy"), filled(DType::I16, {2}));
        QFile file(QString::fromStdString(folder.path("a.npy")));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QByteArray expected = dictionary("'<i2'", "(2,)");
        expected.chop(1);
        expected += QByteArray(117 - expected.size(), ' ') + '\n';
        QCOMPARE(
            file.readAll(), QByteArray("\x93NUMPY\x01\x00\x76\x00", 10) + expected + QByteArray("\x01\x08\x0f\x16"));
    }

    void versions()
    {
        const Folder folder;
        for (const char version : {1, 2, 3}) {
            const std::string path =
                folder.write("a.npy", npy("{\"shape\": (2L, 1), 'fortran_order':False,'descr':'|u1'}", "ab", version));
            const Tensor tensor = data::readNpy(path);
            QCOMPARE(tensor.shape, (Shape{2, 1}));
            QCOMPARE(tensor.data<char>()[1], 'b');
        }
    }

    void refusals_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("part");
        const auto format = static_cast<int>(ErrorKind::Format), unsupported = static_cast<int>(ErrorKind::Unsupported);
        const QByteArray good = npy(dictionary("'<f4'", "(2,)"), QByteArray(8, 'x'));
        QTest::newRow("empty") << QByteArray() << format << "not a NumPy array";
        QTest::newRow("another file") << QByteArray("hello, I am no array") << format << "not a NumPy array";
        QTest::newRow("cut off in the data") << good.chopped(1) << format << "cut off";
        QTest::newRow("cut off in the header") << good.left(30) << format << "cut off";
        QTest::newRow("too long") << good + 'x' << format << "damaged";
        QTest::newRow("version 9") << npy(dictionary("'<f4'", "(2,)"), QByteArray(8, 'x'), 9) << unsupported
                                   << "version 9.0";
        QTest::newRow("huge header") << QByteArray("\x93NUMPY\x02\x00\xff\xff\xff\x7f", 12) << format
                                     << "claims a header";
        QTest::newRow("huge shape") << npy(dictionary("'<f4'", "(1000000000000,)"), "xxxx") << format << "cut off";
        QTest::newRow("overflowing shape") << npy(dictionary("'<f4'", "(9000000000000000000, 9000000000000000000)"),
            "xxxx") << format << "larger than any";
        QTest::newRow("overflowing number")
            << npy(dictionary("'<f4'", "(99999999999999999999,)"), "") << format << "damaged shape";
        QTest::newRow("negative") << npy(dictionary("'<f4'", "(-1,)"), "") << format << "damaged shape";
        QTest::newRow("Fortran") << npy(dictionary("'<f4'", "(1, 1)", "True"), "xxxx") << unsupported
                                 << "Fortran order";
        QTest::newRow("big endian") << npy(dictionary("'>f4'", "(1,)"), "xxxx") << unsupported
                                    << "big-endian data (>f4)";
        QTest::newRow("pickle") << npy(dictionary("'|O'", "(1,)"), "xxxx") << unsupported << "pickle";
        QTest::newRow("text") << npy(dictionary("'<U1'", "(1,)"), "xxxx") << unsupported << "type '<U1'";
        QTest::newRow("complex") << npy(dictionary("'<c8'", "(1,)"), "xxxxxxxx") << unsupported << "type '<c8'";
        QTest::newRow("records") << npy(dictionary("[('a', '<f4')]", "(1,)"), "xxxx") << unsupported
                                 << "structured array";
        QTest::newRow("no shape") << npy("{'descr': '<f4', 'fortran_order': False}", "xxxx") << format
                                  << "without descr";
        QTest::newRow("unknown key") << npy("{'x': 1}", "") << format << "'x'";
        QTest::newRow("unended") << npy("{'descr': '<f4", "") << format << "damaged header";
    }
    void refusals()
    {
        QFETCH(const QByteArray, content);
        QFETCH(const int, kind);
        QFETCH(const QString, part);
        const Folder folder;
        const std::string path = folder.write("a.npy", content);
        COMPARE_ERROR(data::readNpy(path), static_cast<ErrorKind>(kind), part.toUtf8());
    }

    void missing()
    {
        const Folder folder;
        COMPARE_ERROR(data::readNpy(folder.path("none.npy")), ErrorKind::File, "no such file");
        COMPARE_ERROR(data::readNpy(folder.path()), ErrorKind::File, "not a file");
        COMPARE_ERROR(
            data::writeNpy(folder.path("no/where.npy"), Tensor(DType::F32, {1})), ErrorKind::File, "Cannot write");
        COMPARE_ERROR(
            data::writeNpy(folder.path("a.npy"), Tensor(DType::Bf16, {1})), ErrorKind::Unsupported, "bfloat16");
    }

    /// A limit on file sizes stands in for a full disk: the old file stays, nothing else is left.
    void fullDisk()
    {
        const Folder folder;
        const Tensor small = filled(DType::F32, {4});
        data::writeNpy(folder.path("a.npy"), small);
        const auto previous = std::signal(SIGXFSZ, SIG_IGN);
        rlimit limit{};
        QCOMPARE(getrlimit(RLIMIT_FSIZE, &limit), 0);
        const rlimit tight{1000, limit.rlim_max};
        QCOMPARE(setrlimit(RLIMIT_FSIZE, &tight), 0);
        const auto error = test::errorOf([&] { data::writeNpy(folder.path("a.npy"), filled(DType::F32, {100000})); });
        setrlimit(RLIMIT_FSIZE, &limit);
        std::signal(SIGXFSZ, previous);
        QVERIFY(error);
        QCOMPARE(static_cast<int>(error->kind()), static_cast<int>(ErrorKind::Resource));
        QVERIFY(data::readNpy(folder.path("a.npy")) == small);
        QCOMPARE(QDir(QString::fromStdString(folder.path())).entryList(QDir::Files).size(), 1);
    }

    void tensorProto()
    {
        const Folder folder;
        const auto write = [&](const onnx::TensorProto& proto) {
            return folder.write("a.pb", QByteArray::fromStdString(proto.SerializeAsString()));
        };
        onnx::TensorProto proto;
        proto.set_data_type(onnx::TensorProto::INT8);
        proto.add_dims(2);
        proto.add_int32_data(-3);
        proto.add_int32_data(5);
        Tensor tensor = data::readTensorProto(write(proto));
        QCOMPARE(tensor.shape, (Shape{2}));
        QCOMPARE(int(tensor.data<std::int8_t>()[0]), -3);
        proto.add_int32_data(6);
        COMPARE_ERROR(data::readTensorProto(write(proto)), ErrorKind::Format, "3 values");
        proto.clear_int32_data();
        proto.set_data_type(onnx::TensorProto::FLOAT);
        proto.set_raw_data(std::string(8, '\0'));
        QVERIFY(data::readTensorProto(write(proto)) == Tensor(DType::F32, {2}));
        proto.set_raw_data(std::string(7, '\0'));
        COMPARE_ERROR(data::readTensorProto(write(proto)), ErrorKind::Format, "7 bytes");
        proto.set_dims(0, 1LL << 60);
        COMPARE_ERROR(data::readTensorProto(write(proto)), ErrorKind::Format, "claims");
        proto.set_dims(0, -1);
        COMPARE_ERROR(data::readTensorProto(write(proto)), ErrorKind::Format, "negative");
        proto.set_data_type(onnx::TensorProto::STRING);
        COMPARE_ERROR(data::readTensorProto(write(proto)), ErrorKind::Unsupported, "string");
        COMPARE_ERROR(data::readTensorProto(folder.write("b.pb", "\xff\xff\xff")), ErrorKind::Format, "TensorProto");
    }
};

OCTET_TEST(TestNpy)
#include "tst_npy.moc"
