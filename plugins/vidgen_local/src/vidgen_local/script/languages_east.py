"""Words of languages in other alphabets; see :mod:`vidgen_local.script.languages`."""

from __future__ import annotations

RUSSIAN = """
lighthouse: маяк маяка маяке маяку
coast: берег* скал*
beach: пляж*
harbour: гавань гавани порт порту причал*
island: остров*
ship: корабл* лодк*
sea: море моря морю морем океан* волн*
lake: озер*
river: река реки реке реку рекой
forest: лес леса лесу лесом
garden: сад саду сада
meadow: луг лугу
field: поле поля полю
village: деревн* село
house: дом дома
mountain: гора горы горе горах горы
castle: замок замка замке
road: дорог*
desert: пустын*
city: город*
street: улиц*
square: площад*
station: вокзал*
bridge: мост мосту
room: комнат*
kitchen: кухн*
stairs: лестниц*
church: церк*
dawn: утро утром рассвет*
day: полдень днем
dusk: вечер* закат*
night: ночь ночи ночью полноч* луна звезд*
rain: дожд*
storm: буря бурю бури шторм* гроза гром*
snow: снег* метел* мороз*
fog: туман*
wind: ветер ветра
spring: весна весной весны
summer: лето летом
autumn: осень осенью осени
winter: зима зимой зимы
joyful: радост* смех смеет* улыб* счаст*
tender: любов* любит поцел*
sad: груст* плач* слез* умер* смерт*
afraid: страх* боит* крик*
tense: опасн* вдруг бежит
hopeful: надежд* свет
calm: тих* спокой* спит
lonely: один одна одинок*
weary: старый старик* устал*
steps: шаг* идет
birds: птиц*
gulls: чайк*
waves: волн* море
boat: лодк* корабл* парус*
turn: вдруг но наконец никогда
event: нашел находит открыва* приходит пришел спас* видит зажигает
"""
CHINESE = """
lighthouse: 灯塔 燈塔
coast: 海岸 悬崖 懸崖 岸边 岸邊
beach: 沙滩 沙灘 海滩 海灘 海边 海邊
harbour: 港口 码头 碼頭 海港
island: 岛 島
ship: 船上 甲板 轮船
sea: 大海 海上 海洋 海面 海浪
lake: 湖
river: 河 江边 江邊 江面 江上 溪
forest: 森林 树林 樹林 林中
jungle: 丛林 叢林
garden: 花园 花園 院子
meadow: 草地 草原
field: 田野 田里
village: 村庄 村莊 村子 小村 村里
house: 房子 小屋
home: 家里 家中 屋里 屋內 屋内
mountain: 山上 高山 山顶 山頂 雪山 大山 山中 群山
road: 公路 小路 路上
desert: 沙漠
city: 城市 都市 城里
street: 街道 街上 大街 街头
square: 广场 廣場 市场 市場 集市
station: 车站 車站
bridge: 桥 橋
space: 太空 宇宙
room: 房间 房間 室内 室內
kitchen: 厨房 廚房
bedroom: 卧室 臥室 床上
stairs: 楼梯 樓梯
office: 办公室 辦公室
library: 图书馆 圖書館
church: 教堂
classroom: 教室 学校 學校
dawn: 黎明 清晨 早晨 早上 日出 天亮 拂晓
day: 中午 下午 白天 阳光 陽光
dusk: 黄昏 黃昏 傍晚 日落 夕阳 夕陽
night: 夜 晚上 月亮 月光 星星 星空 午夜
rain: 雨
storm: 暴风 暴風 风暴 風暴 雷 闪电 閃電
snow: 雪 冰
fog: 雾 霧
wind: 风 風
spring: 春
summer: 夏
autumn: 秋
winter: 冬
joyful: 笑 快乐 快樂 高兴 高興 欢乐
tender: 爱 愛 吻 拥抱
sad: 哭 泪 淚 悲 死
afraid: 怕 恐
tense: 突然 危险 危險 跑 逃
hopeful: 希望 光 开始 開始
calm: 静 靜 安宁 平静
lonely: 孤 独自 獨自
weary: 老人 老 疲
steps: 走 脚步 爬
door: 门 門
bell: 钟 鐘
fire: 火
birds: 鸟 鳥
gulls: 海鸥 海鷗
clear: 雨停 晴
nothing: 每天晚上 每天早上 每晚
waves: 海 浪
boat: 船
up: 爬 升 星
down: 落 沉
close: 脸 眼 手 信
run: 跑 奔
away: 离开 離開 消失
turn: 突然 但 终于 終於 最后
event: 发现 發現 打开 找到 来到 回 死 救 看见 点亮
"""
JAPANESE = """
lighthouse: 灯台
coast: 海岸 崖 岸
beach: 砂浜 浜辺
harbour: 港
island: 島
ship: 船 甲板
sea: 海 海原
lake: 湖 池
river: 川 河
forest: 森 林
garden: 庭
meadow: 草原
field: 畑 野原 田
village: 村
house: 家
mountain: 山
road: 道
desert: 砂漠
city: 都市 東京 都会
street: 街 通り 町
station: 駅
bridge: 橋
space: 宇宙
room: 部屋 室内
kitchen: 台所
stairs: 階段
classroom: 教室 学校
dawn: 夜明け 朝
day: 昼 午後
dusk: 夕暮れ 夕方 夕日 黄昏
night: 夜 月 星
rain: 雨
storm: 嵐 雷 稲妻
snow: 雪 氷
fog: 霧
wind: 風
spring: 春
summer: 夏
autumn: 秋
winter: 冬
joyful: 笑 喜
tender: 愛 恋
sad: 泣 涙 悲 死
afraid: 恐 怖
tense: 突然 危 走り 逃
hopeful: 希望 光
calm: 静
lonely: 孤独 一人 独り
weary: 老 疲
fire: 火
birds: 鳥
gulls: カモメ
waves: 海 波
boat: 船 舟
turn: しかし 突然 ついに
event: 見つけ 開 着 帰 救 灯
"""
ARABIC = """
lighthouse: منارة منارتها
coast: ساحل شاطئ_صخري صخور
beach: شاطئ
harbour: ميناء مرفأ
island: جزيرة
ship: سفينة قارب مركب
sea: بحر محيط أمواج امواج
lake: بحيرة
river: نهر
forest: غابة غابات
garden: حديقة بستان
village: قرية
house: بيت منزل
mountain: جبل جبال
field: حقل حقول
road: طريق
desert: صحراء كثبان رمال
city: مدينة
street: شارع شوارع
square: سوق ميدان ساحة
room: غرفة
kitchen: مطبخ
stairs: درج سلالم سلم
castle: قصر قلعة
church: كنيسة
dawn: فجر صباح شروق
day: نهار شمس ظهيرة
dusk: غروب مساء
night: ليل ليلة قمر نجوم
rain: مطر أمطار
storm: عاصفة رعد برق
snow: ثلج ثلوج
fog: ضباب
wind: ريح رياح
spring: ربيع
summer: صيف
autumn: خريف
winter: شتاء
joyful: فرح ضحك ابتسم سعيد سعادة
tender: حب قبلة
sad: حزن حزين بكى دموع موت مات
afraid: خوف خاف
tense: خطر فجأة هرب
hopeful: أمل ضوء نور
calm: هدوء هادئ صمت سلام
lonely: وحيد وحده وحيدا
weary: عجوز تعب
fire: نار
birds: طيور طائر
gulls: نوارس
waves: أمواج بحر موج
boat: قارب سفينة مركب
turn: فجأة لكن أخيرا ثم
event: وجد فتح وصل عاد مات أنقذ رأى أشعل
"""
