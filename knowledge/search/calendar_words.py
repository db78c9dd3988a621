"""The words by which a question asks the calendar of events, in seven languages."""

from collections.abc import Mapping

OCCASIONS = (
    "forum", "forums", "fair", "fairs", "trade fair", "trade fairs", "expo", "expos", "trade show", "trade shows",
    "exhibition", "exhibitions", "conference", "conferences", "summit", "summits", "seminar", "seminars", "workshop",
    "workshops", "event", "events",
    "论坛", "展会", "展销会", "博览会", "交易会", "边交会", "洽谈会", "展览", "峰会", "研讨会", "商务活动",
    "什么活动", "哪些活动", "有活动", "活动安排", "会展",
    "ฟอรั่ม", "ฟอรัม", "งานแสดงสินค้า", "งานแฟร์", "งานเอ็กซ์โป", "เอ็กซ์โป", "งานประชุม", "งานสัมมนา", "สัมมนา", "นิทรรศการ",
    "อีเวนต์", "อีเว้นท์", "งานมหกรรม", "เวทีประชุม",
    "ເວທີ", "ງານວາງສະແດງ", "ງານແຟ", "ງານແຟຣ໌", "ງານເອັກສະໂປ", "ເອັກສ໌ໂປ", "ກອງປະຊຸມ", "ສຳມະນາ", "ຟໍຣັມ", "ຟໍຣໍາ", "ງານມະຫະກຳ",
    "វេទិកា", "ពិព័រណ៍", "សន្និសីទ", "ព្រឹត្តិការណ៍", "សិក្ខាសាលា", "កិច្ចប្រជុំ", "តាំងពិព័រណ៍",
    "ဖိုရမ်", "ပြပွဲ", "ညီလာခံ", "အစည်းအဝေး", "ဆွေးနွေးပွဲ", "အခမ်းအနား", "အလုပ်ရုံဆွေးနွေးပွဲ",
    "diễn đàn", "hội chợ", "triển lãm", "sự kiện", "hội nghị", "hội thảo",
)  # fmt: skip
SHORT_OCCASIONS = ("งาน", "ประชุม", "ງານ", "ປະຊຸມ", "ប្រជុំ", "ပွဲ")
"""Also parts of other words ("factory" in Thai and Lao, "broker" in Burmese): they count as words of their own only."""
NO_OCCASIONS = (
    "fair price", "fair prices", "fair trade",
    "หน่วยงาน", "ทำงาน", "ใช้งาน", "โรงงาน", "แรงงาน", "คนงาน", "พนักงาน", "สำนักงาน", "รายงาน", "เปิดงาน", "งานเอกสาร",
    "ໂຮງງານ", "ໜ່ວຍງານ", "ຫນ່ວຍງານ", "ພະນັກງານ", "ແຮງງານ", "ສຳນັກງານ", "ລາຍງານ", "ວຽກງານ", "ພະລັງງານ", "ပွဲစား", "ပွဲရုံ",
)  # fmt: skip
"""Words that hold one of an occasion and mean something else."""
ANY = (
    "any", "are there", "is there", "which", "list", "forums", "fairs", "expos", "events", "exhibitions", "conferences",
    "有没有", "有什么", "有哪些", "哪些", "有吗", "吗", "มี", "ມີ", "មាន", "ရှိ", "có", "những",
)  # fmt: skip
"""Asks whether or which there are, rather than about one that is known."""
ONE_KNOWN = (
    "which country", "which city", "which place", "which town", "which people", "any tips", "哪些单位", "มีใคร",
    "มีแต่", "งานนี้มี", "ມີແຕ່", "ມີໃຜ", "ງານນີ້ມີ", "những ai",
)  # fmt: skip
"""Words that hold one of those and ask about one that is known."""
ORGANISER = (
    "who organises", "who organizes", "who hosts", "谁主办", "谁办的", "哪个单位办", "主办方是谁", "ใครจัด", "ใครเป็นผู้จัด",
    "เป็นคนจัด", "ใครเป็นเจ้าภาพ", "ໃຜຈັດ", "ໃຜເປັນຜູ້ຈັດ", "ໃຜເປັນເຈົ້າພາບ", "អ្នកណារៀបចំ", "ម្ចាស់ផ្ទះជាអ្នកណា", "ဘယ်သူကျင်းပ",
    "အိမ်ရှင်ကဘယ်သူ", "ai tổ chức", "đơn vị nào tổ chức",
)  # fmt: skip
"""Asks who holds one that is known, in whatever year."""

THIS_MONTH = (
    "this month", "这个月", "本月", "เดือนนี้", "ເດືອນນີ້", "ខែនេះ", "ဒီလ", "ယခုလ", "ဒီလထဲ", "tháng này",
)  # fmt: skip
NEXT_MONTH = (
    "next month", "下个月", "下月", "เดือนหน้า", "ເດືອນໜ້າ", "ເດືອນຫນ້າ", "ខែក្រោយ", "ខែមុខ", "ខែខាងមុខ",
    "နောက်လ", "လာမယ့်လ", "လာမည့်လ", "ရှေ့လ", "tháng sau", "tháng tới",
)  # fmt: skip
THIS_YEAR = ("this year", "今年", "ปีนี้", "ປີນີ້", "ឆ្នាំនេះ", "ဒီနှစ်", "ယခုနှစ်", "năm nay")
NEXT_YEAR = ("next year", "明年", "ปีหน้า", "ປີໜ້າ", "ປີຫນ້າ", "ឆ្នាំក្រោយ", "နောက်နှစ်", "လာမယ့်နှစ်", "năm sau", "năm tới")
SOON = (
    "upcoming", "coming up", "coming soon", "coming events", "近期", "最近有", "即将", "เร็วๆ นี้", "ที่จะถึง", "ที่กำลังจะมา",
    "ໄວໆນີ້", "ທີ່ຈະມາເຖິງ", "ទៅមុខ", "ខាងមុខនេះ", "ឆាប់ៗ", "មកដល់", "မကြာခင်", "မကြာမီ", "လာတော့မယ့်", "sắp tới", "sắp diễn ra",
)  # fmt: skip
ONLINE = (
    "online", "线上", "在线", "网上", "ออนไลน์", "ອອນລາຍ", "ອອນໄລນ໌", "អនឡាញ", "အွန်လိုင်း", "trực tuyến",
)  # fmt: skip
SECTORS: Mapping[str, tuple[str, ...]] = {
    "agriculture": (
        "agriculture", "agricultural", "agri", "agribusiness", "farm", "farms", "farming", "farmer", "farmers", "food",
        "fruit", "fruits", "rice", "durian", "coffee", "农业", "农产品", "食品", "水果", "เกษตร", "อาหาร", "ผลไม้",
        "ກະສິກຳ", "ກະສິກໍາ", "ອາຫານ", "ໝາກໄມ້", "កសិកម្ម", "អាហារ", "ផ្លែឈើ", "စိုက်ပျိုး", "လယ်ယာ", "အစားအစာ", "အစားအသောက်", "သစ်သီး",
        "nông nghiệp", "nông sản", "thực phẩm", "trái cây",
    ),
    "textiles": (
        "textile", "textiles", "garment", "garments", "clothing", "纺织", "服装", "สิ่งทอ", "เสื้อผ้า", "ສິ່ງທໍ", "ຕັດຫຍິບ",
        "វាយនភណ្ឌ", "កាត់ដេរ", "အထည်", "dệt may", "may mặc",
    ),
    "wood_rubber": (
        "furniture", "timber", "rubber", "家具", "木材", "橡胶", "เฟอร์นิเจอร์", "ยางพารา", "ເຟີນີເຈີ", "ຢາງພາລາ",
        "គ្រឿងសង្ហារិម", "កៅស៊ូ", "ပရိဘောဂ", "ရာဘာ", "nội thất", "đồ gỗ", "cao su",
    ),
    "machinery": (
        "machinery", "machines", "electronics", "vehicles", "机械", "电子产品", "汽车", "เครื่องจักร", "อิเล็กทรอนิกส์",
        "ເຄື່ອງຈັກ", "ម៉ាស៊ីន", "គ្រឿងចក្រ", "အီလက်ထရောနစ်", "စက်ပစ္စည်း", "စက်ယန္တရား", "máy móc", "điện tử",
    ),
    "building": (
        "construction", "building materials", "建材", "建筑", "วัสดุก่อสร้าง", "ก่อสร้าง", "ກໍ່ສ້າງ", "សំណង់", "ဆောက်လုပ်ရေး",
        "xây dựng",
    ),
    "logistics": (
        "logistics", "transport", "customs broking", "物流", "运输", "โลจิสติกส์", "ขนส่ง", "ໂລຈິສຕິກ", "ຂົນສົ່ງ", "ដឹកជញ្ជូន",
        "ကုန်စည်ပို့ဆောင်", "သယ်ယူပို့ဆောင်", "ထောက်ပံ့ပို့ဆောင်", "vận tải", "hậu cần", "logistic",
    ),
    "trade": (
        "e-commerce", "ecommerce", "online selling", "retail", "电商", "电子商务", "อีคอมเมิร์ซ", "ขายออนไลน์", "ອີຄອມເມີຊ",
        "ພານິດເອເລັກໂຕຣນິກ", "លក់រាយ", "ពាណិជ្ជកម្មអេឡិចត្រូនិក", "အီးကုန်သွယ်", "အွန်လိုင်းရောင်း", "thương mại điện tử", "bán lẻ",
    ),
    "tourism": (
        "tourism", "hotel", "hotels", "旅游", "ท่องเที่ยว", "โรงแรม",
        "ທ່ອງທ່ຽວ", "ໂຮງແຮມ", "ទេសចរណ៍", "ခရီးသွား", "ဟိုတယ်", "du lịch", "khách sạn",
    ),
}  # fmt: skip

SPOKEN = {"th": "ภาษา{}", "lo": "ພາສາ{}", "km": "ភាសា{}", "my": "{}ဘာသာ", "en": "in {}"}
"""How a language's name is said where the bare name is also the country's or people's."""
MORE_MONTHS: Mapping[int, tuple[str, ...]] = {
    1: ("tháng giêng", "มกรา", "ມັງກອນ", "ဇန်နဝါရီ"),
    2: ("tháng hai", "กุมภา", "ກຸມພາ"),
    3: ("tháng ba", "มีนา", "ມີນາ"),
    4: ("tháng tư", "เมษา", "ເມສາ"),
    5: ("tháng năm", "พฤษภา", "ພຶດສະພາ"),
    6: ("tháng sáu", "มิถุนา", "ມິຖຸນາ"),
    7: ("tháng bảy", "กรกฎา", "ກໍລະກົດ"),
    8: ("tháng tám", "สิงหา", "ສິງຫາ"),
    9: ("tháng chín", "กันยา", "ກັນຍາ"),
    10: ("tháng mười", "ตุลา", "ຕຸລາ"),
    11: ("tháng mười một", "พฤศจิกา", "ພະຈິກ"),
    12: ("tháng mười hai", "tháng chạp", "ธันวา", "ທັນວາ"),
}
NUMBERED = ("{}月", "เดือน{}", "ເດືອນ{}", "ខែ{}", "ខែទី{}", "tháng{}")
ENGLISH_MONTHS = ("in {}", "this {}", "next {}", "during {}", *(f"{{}} {year}" for year in range(2026, 2036)))
AMBIGUOUS = frozenset({"may", "march", "မေ", "မတ်", "ဇွန်"})
"""Names of months that are other words too."""
